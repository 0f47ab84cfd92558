import { Bars } from './bars.js';
import { type Answer, model } from './model.js';
import { counted, percent, unknownText } from './page-words.js';

/** What the model says, and how fast. */
export function AnswerView({ answer }: { answer: Answer }) {
  const { label, unknown, top, frames, milliseconds } = answer;
  const rate = Math.round((1000 * frames) / milliseconds);
  return (
    <div class="answer">
      <p class="number">
        {label ?? 'unknown'}{' '}
        <span>{unknown ? unknownText(unknown.reason) : `${percent(top[0]!.probability)} sure`}</span>
      </p>
      <Bars label={label} top={top} />
      {unknown?.reason === 'unlike' && model.known && (
        <p class="quiet">
          Its distance from what it learned from is {unknown.score.toFixed(2)}, above{' '}
          {model.known.maxDistance.toFixed(2)}.
        </p>
      )}
      <p class="quiet">
        {counted(frames, 'frame')} in {Math.round(milliseconds)} ms: {rate} frames a second.
      </p>
    </div>
  );
}
