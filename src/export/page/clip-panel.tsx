import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { AnswerView } from './answer-view.js';
import { clearJudged, type JudgedClip, judge, judgedClips } from './judged-clips.js';
import { modelState } from './model.js';
import { counted } from './page-words.js';
import { readDrop } from './read-drop.js';

/** Where clips are given. */
export function ClipPanel() {
  const isOver = useSignal(false);
  const isReady = modelState.value.kind === 'ready';
  return (
    <section
      class={`panel ${isOver.value ? 'over' : ''}`}
      aria-labelledby="clips"
      onDragOver={(event) => {
        event.preventDefault();
        isOver.value = true;
      }}
      onDragLeave={() => {
        isOver.value = false;
      }}
      onDrop={async (event) => {
        event.preventDefault();
        isOver.value = false;
        if (event.dataTransfer && isReady) judge(await readDrop(event.dataTransfer));
      }}
    >
      <h2 id="clips">Clips</h2>
      <div class="drop">
        <label class={isReady ? 'button' : 'button off'}>
          Choose clips
          <input
            type="file"
            multiple
            disabled={!isReady}
            accept="video/*,image/*"
            onChange={({ currentTarget }) => {
              judge({ files: [...(currentTarget.files ?? [])], folders: [] });
              currentTarget.value = '';
            }}
          />
        </label>
        <p>Or drop videos here, or folders of them.</p>
        <p class="quiet">
          Pictures that are chosen together, or lie in one folder, are the frames of one clip.
        </p>
      </div>
    </section>
  );
}

/** What was said of the clips so far. */
export function ClipAnswers() {
  const clips = judgedClips.value;
  if (clips.length === 0) return null;
  return (
    <section aria-labelledby="answers">
      <div class="answers-head">
        <h2 id="answers">{counted(clips.length, 'clip')}</h2>
        <button type="button" class="plain" onClick={clearJudged}>
          Clear
        </button>
      </div>
      <ul class="answers">
        {clips.map((clip) => (
          <ClipAnswer key={clip.id} clip={clip} />
        ))}
      </ul>
    </section>
  );
}

function ClipAnswer({ clip: { name, strip, answer, problem } }: { clip: JudgedClip }) {
  return (
    <li class="panel">
      <h3>{name}</h3>
      {strip && <Strip canvas={strip} />}
      {problem !== null && <p class="message bad">{problem}</p>}
      {answer && <AnswerView answer={answer} />}
      {!answer && problem === null && <p class="quiet">Looking…</p>}
    </li>
  );
}

function Strip({ canvas }: { canvas: HTMLCanvasElement }) {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => box.current?.replaceChildren(canvas), [canvas]);
  return <div ref={box} class="frames" role="img" aria-label="Frames that the model read" />;
}
