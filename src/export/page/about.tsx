import { model } from './model.js';
import { percent } from './page-words.js';
import { ScrollBox } from './scroll-box.js';

/** What the model is, how good it is, and its card. */
export function About() {
  const { labels, test, card, clipstep } = model;
  return (
    <section class="about">
      <h2>About this model</h2>
      <dl>
        <dt>It tells apart</dt>
        <dd>{labels.join(', ')}</dd>
        <dt>It reads</dt>
        <dd>{readingText()}</dd>
        {test && (
          <>
            <dt>Right on unseen clips</dt>
            <dd>
              {percent(test.accuracy)} of {test.examples}{' '}
              <span class="quiet">
                (95 % interval {percent(test.interval[0])} to {percent(test.interval[1])})
              </span>
            </dd>
          </>
        )}
      </dl>
      {model.known === null && (
        <p class="quiet">
          It does not say of a clip that it is unlike anything it learned from: it only knows the classes
          above.
        </p>
      )}
      {card !== null && (
        <details>
          <summary>The model card</summary>
          <ScrollBox kind="card" name="The model card">
            <pre>{card}</pre>
          </ScrollBox>
        </details>
      )}
      <p class="quiet">
        Made with Clipstep {clipstep}; it computes with onnxruntime. <a href="licences.txt">Licences</a>
      </p>
    </section>
  );
}

function readingText(): string {
  const { reading, size } = model;
  const pictures = `pictures of ${size} × ${size} pixels`;
  return reading.kind === 'spread'
    ? `${reading.frames} frames at equal distances, as ${pictures}`
    : `${reading.framesPerSecond} frames a second, at most ${reading.maxFrames}, as ${pictures}`;
}
