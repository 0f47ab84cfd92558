import { type Signal, useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { Bars } from '../../export/page/bars.js';
import { closeCamera, openCamera } from '../../export/page/camera.js';
import { counted, percent, unknownText } from '../../export/page/page-words.js';
import { WindowLength } from '../../export/page/window-length.js';
import type { RunState } from '../messages.js';
import { classify, type Timed } from './ask-model.js';
import { Chart } from './chart.js';
import { type Live, type Moment, startLive } from './live.js';
import { words } from './project.js';
import { chosenRun, NoModel, RunChoice } from './run-choice.js';
import { Said } from './said.js';

/** A model at work: on a clip, or on what the camera sees. */
export function Try() {
  const run = chosenRun.value;
  if (!run) return <NoModel />;
  return (
    <>
      <RunChoice />
      <div class="lead">
        <h2>See it at work</h2>
        <p>Nothing you show here is saved.</p>
      </div>
      <div class="two">
        <TryCamera key={`camera ${run.name}`} run={run} />
        <TryClip key={`clip ${run.name}`} run={run} />
      </div>
    </>
  );
}

function TryCamera({ run }: { run: RunState }) {
  const video = useRef<HTMLVideoElement>(null);
  const stream = useSignal<MediaStream | null>(null);
  const live = useSignal<Live | null>(null);
  const problem = useSignal<string | null>(null);
  const length = useSignal(2);
  const stop = () => {
    live.value?.stop();
    closeCamera(stream.value);
    live.value = null;
    stream.value = null;
  };
  useEffect(() => stop, []);
  const start = async () => {
    try {
      stream.value = await openCamera();
    } catch (error) {
      problem.value = error instanceof Error ? error.message : String(error);
      return;
    }
    problem.value = null;
    if (video.current) video.current.srcObject = stream.value;
    live.value = startLive(stream.value, { run: run.name, windowSeconds: length.value });
  };
  const said = problem.value ?? live.value?.problem.value ?? null;
  return (
    <section class="panel" aria-labelledby="try-camera">
      <h3 id="try-camera">Camera</h3>
      <video ref={video} autoPlay muted playsInline hidden={!live.value} aria-label="What the camera sees" />
      <div class="actions">
        <button type="button" class="main" onClick={live.value ? stop : start}>
          {live.value ? 'Stop' : 'Start the camera'}
        </button>
        {!live.value && <WindowLength length={length} />}
      </div>
      {said !== null && (
        <p class="message bad" role="alert">
          <Said text={said} />
        </p>
      )}
      {live.value && <Moments moments={live.value.moments} />}
    </section>
  );
}

function Moments({ moments }: { moments: Signal<readonly Moment[]> }) {
  const last = moments.value.at(-1);
  if (!last) return <p class="quiet">Watching…</p>;
  const labels = last.answer.top.map(({ label }) => label).sort();
  const lines = labels.map((label) => ({
    name: label,
    values: moments.value.map(
      ({ answer }) => answer.top.find((each) => each.label === label)?.probability ?? null,
    ),
  }));
  return (
    <>
      <AnswerView {...last} />
      <Chart
        summary={`Probability of each class over the last ${moments.value.length} answers.`}
        xName="Seconds"
        x={moments.value.map(({ time }) => time)}
        lines={lines}
        most={1}
        height={180}
      />
    </>
  );
}

/** A clip that was given, and what the model says of it; null until it does. */
interface Shown {
  readonly url: string;
  readonly isPicture: boolean;
  readonly timed: Timed | null;
}

function GivenClip({ url, isPicture }: Shown) {
  const isPlayable = useSignal(true);
  const fail = () => {
    isPlayable.value = false;
  };
  if (!isPlayable.value) {
    return <p class="quiet">This browser cannot play the clip, but the model reads it.</p>;
  }
  if (isPicture) return <img class="animation" src={url} alt="What the model is shown" onError={fail} />;
  return <video src={url} controls muted loop autoPlay playsInline onError={fail} />;
}

function TryClip({ run }: { run: RunState }) {
  const shown = useSignal<Shown | null>(null);
  const problem = useSignal<string | null>(null);
  const show = async (file: File | undefined) => {
    if (!file) return;
    if (shown.value) URL.revokeObjectURL(shown.value.url);
    const url = URL.createObjectURL(file);
    const isPicture = file.type.startsWith('image/');
    shown.value = { url, isPicture, timed: null };
    problem.value = null;
    const asked = await classify(run.name, file);
    if (asked.kind === 'refused') {
      problem.value = words(asked);
      shown.value = null;
      return;
    }
    shown.value = { url, isPicture, timed: asked.value };
  };
  return (
    <section
      class="panel"
      aria-labelledby="try-clip"
      onDragOver={(event) => event.preventDefault()}
      onDrop={(event) => {
        event.preventDefault();
        void show(event.dataTransfer?.files[0]);
      }}
    >
      <h3 id="try-clip">A clip</h3>
      <label class="button">
        Choose a clip
        <input
          type="file"
          accept="video/*,image/*,.mkv"
          onChange={({ currentTarget }) => {
            void show(currentTarget.files?.[0]);
            currentTarget.value = '';
          }}
        />
      </label>
      <p class="quiet">Or drop one here.</p>
      {problem.value !== null && (
        <p class="message bad" role="alert">
          <Said text={problem.value} />
        </p>
      )}
      <p class="unseen" role="status">
        {shown.value?.timed && `The answer is ${shown.value.timed.answer.label ?? 'unknown'}.`}
      </p>
      {shown.value && <GivenClip key={shown.value.url} {...shown.value} />}
      {shown.value &&
        (shown.value.timed ? <AnswerView {...shown.value.timed} /> : <p class="quiet">Classifying…</p>)}
    </section>
  );
}

function AnswerView({ answer, milliseconds }: Timed) {
  const { label, unknown, probability, top, attention, timesSeconds, damaged } = answer;
  return (
    <div class="answer">
      <p class="number">
        {label ?? 'unknown'}{' '}
        <span>
          {label === null ? unknownText(unknown?.reason ?? 'unsure') : `${percent(probability)} sure`}
        </span>
      </p>
      <Bars label={label} top={top} />
      {attention && timesSeconds && <Attention weights={attention} times={timesSeconds} />}
      {damaged !== undefined && (
        <p class="quiet">{counted(damaged, 'frame')} could not be read whole: the clip is damaged.</p>
      )}
      <p class="quiet">Answered in {Math.round(milliseconds)} ms.</p>
    </div>
  );
}

/** What the network attended to, where it says so. */
function Attention({ weights, times }: { weights: readonly number[]; times: readonly number[] }) {
  const most = weights.reduce((highest, weight) => Math.max(highest, weight), 0);
  const best = weights.indexOf(most);
  return (
    <figure class="attention">
      <div aria-hidden="true">
        {weights.map((weight, index) => (
          <span key={times[index]} style={{ height: `${(100 * weight) / most}%` }} />
        ))}
      </div>
      <figcaption>It paid most attention at {times[best]?.toFixed(1)} s</figcaption>
    </figure>
  );
}
