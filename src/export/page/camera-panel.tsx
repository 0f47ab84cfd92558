import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { AnswerView } from './answer-view.js';
import { closeCamera, openCamera } from './camera.js';
import { messageOf, modelState } from './model.js';
import { type Watching, watchCamera } from './watch-camera.js';
import { WindowLength } from './window-length.js';

/** What the camera shows, live. */
export function CameraPanel() {
  const video = useRef<HTMLVideoElement>(null);
  const stream = useSignal<MediaStream | null>(null);
  const watching = useSignal<Watching | null>(null);
  const problem = useSignal<string | null>(null);
  const length = useSignal(2);
  const stop = () => {
    watching.value?.stop();
    closeCamera(stream.value);
    watching.value = null;
    stream.value = null;
  };
  useEffect(() => stop, []);
  const start = async () => {
    const element = video.current!; // it is rendered below
    problem.value = null;
    try {
      stream.value = await openCamera();
      element.srcObject = stream.value;
      await element.play();
    } catch (error) {
      problem.value = messageOf(error);
      stop();
      return;
    }
    watching.value = watchCamera(element, length.value);
  };
  const said = problem.value ?? watching.value?.problem.value ?? null;
  const isOn = watching.value !== null;
  return (
    <section class="panel" aria-labelledby="camera">
      <h2 id="camera">The camera</h2>
      {!stream.value && (
        <p class="quiet">Hold up what it is to see: it says again and again what the last seconds show.</p>
      )}
      <video ref={video} muted playsInline hidden={!stream.value} aria-label="What the camera sees" />
      <div class="actions">
        <button
          type="button"
          class="main"
          disabled={modelState.value.kind !== 'ready'}
          onClick={isOn ? stop : start}
        >
          {isOn ? 'Stop' : 'Start the camera'}
        </button>
        {!isOn && <WindowLength length={length} />}
      </div>
      {said !== null && (
        <p class="message bad" role="alert">
          {said}
        </p>
      )}
      {watching.value && <Watched watching={watching.value} />}
    </section>
  );
}

function Watched({ watching: { answer, framesPerSecond } }: { watching: Watching }) {
  if (!answer.value) return <p class="quiet">Watching…</p>;
  return (
    <>
      <AnswerView answer={answer.value} />
      {framesPerSecond.value !== null && (
        <p class="quiet">It takes {framesPerSecond.value} frames a second from the camera.</p>
      )}
    </>
  );
}
