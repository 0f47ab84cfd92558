import { type Signal, signal, useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { closeCamera, openCamera } from '../../export/page/camera.js';
import { counted } from '../../export/page/page-words.js';
import { wait } from '../../export/page/wait.js';
import { Dialog } from './dialog.js';
import { say } from './project.js';
import { record } from './recording.js';
import { takeName } from './take-name.js';
import { send } from './uploads.js';

/** As they were set last, for the next recording. */
const length = signal(3);
const count = signal(4);

const COUNTDOWN = 3;
const PAUSE_MILLISECONDS = 1000;

/** What the recorder does: nothing, count down, record. */
type Phase =
  | { readonly kind: 'idle' }
  | { readonly kind: 'countdown'; readonly left: number }
  | { readonly kind: 'recording' | 'pause'; readonly clip: number };

/** The camera's picture, and clips of it in a row: one recording session, whose clips are kept together. */
export function Recorder({ label, onClose }: { label: string; onClose: () => void }) {
  const video = useRef<HTMLVideoElement>(null);
  const stream = useSignal<MediaStream | null>(null);
  const problem = useSignal<string | null>(null);
  const phase = useSignal<Phase>({ kind: 'idle' });
  const stopping = useRef(new AbortController());
  useEffect(() => {
    let isClosed = false;
    openCamera().then(
      (opened) => {
        if (isClosed) return closeCamera(opened);
        stream.value = opened;
        if (video.current) video.current.srcObject = opened;
      },
      (error: Error) => {
        problem.value = error.message;
      },
    );
    return () => {
      isClosed = true;
      stopping.current.abort();
      closeCamera(stream.value);
    };
  }, []);
  const start = () => {
    stopping.current = new AbortController();
    void recordAll({ label, stream: stream.value!, phase, signal: stopping.current.signal });
  };
  return (
    <Dialog title={`Record “${label}”`} onClose={onClose} isWide>
      {problem.value === null ? (
        <div class="viewfinder">
          <video ref={video} autoPlay muted playsInline aria-label="What the camera sees" />
          <Overlay phase={phase.value} />
        </div>
      ) : (
        <p class="message bad" role="alert">
          {problem.value}
        </p>
      )}
      <Settings isDisabled={phase.value.kind !== 'idle'} />
      <div class="actions">
        {phase.value.kind === 'idle' ? (
          <button type="button" class="main record" disabled={stream.value === null} onClick={start}>
            Record {counted(count.value, 'clip')}
          </button>
        ) : (
          <button type="button" class="main" onClick={() => stopping.current.abort()}>
            Stop
          </button>
        )}
      </div>
    </Dialog>
  );
}

async function recordAll(session: {
  label: string;
  stream: MediaStream;
  phase: Signal<Phase>;
  signal: AbortSignal;
}): Promise<void> {
  const { label, stream, phase, signal: stop } = session;
  const take = takeName(new Date(), label);
  for (let left = COUNTDOWN; left > 0 && !stop.aborted; left--) {
    phase.value = { kind: 'countdown', left };
    await wait(1000, stop);
  }
  for (let clip = 1; clip <= count.value && !stop.aborted; clip++) {
    phase.value = { kind: 'recording', clip };
    const body = await record(stream, { milliseconds: 1000 * length.value, signal: stop });
    if (body) send({ label, take, body });
    else say(`Stopped in clip ${clip}, which is not kept`);
    if (clip === count.value) break;
    phase.value = { kind: 'pause', clip };
    await wait(PAUSE_MILLISECONDS, stop);
  }
  phase.value = { kind: 'idle' };
}

function Overlay({ phase }: { phase: Phase }) {
  return (
    <p class={`overlay ${phase.kind}`} role="status">
      {overlayText(phase)}
    </p>
  );
}

function overlayText(phase: Phase): string {
  switch (phase.kind) {
    case 'idle':
      return '';
    case 'countdown':
      return String(phase.left);
    case 'recording':
      return `● Clip ${phase.clip} of ${count.value}`;
    case 'pause':
      return `Clip ${phase.clip} is done. Get ready`;
  }
}

function Settings({ isDisabled }: { isDisabled: boolean }) {
  return (
    <fieldset class="settings" disabled={isDisabled}>
      <legend class="unseen">Settings</legend>
      <label class="inline">
        <span>Length</span>
        <select
          value={length.value}
          onChange={({ currentTarget }) => {
            length.value = Number(currentTarget.value);
          }}
        >
          {[1, 2, 3, 5, 10].map((value) => (
            <option key={value} value={value}>
              {value} s
            </option>
          ))}
        </select>
      </label>
      <label class="inline">
        <span>Clips in a row</span>
        <select
          value={count.value}
          onChange={({ currentTarget }) => {
            count.value = Number(currentTarget.value);
          }}
        >
          {[1, 2, 4, 6, 10].map((value) => (
            <option key={value} value={value}>
              {value}
            </option>
          ))}
        </select>
      </label>
      <p class="quiet">
        Clips in a row count as one recording: they are never split between training and test. Record each
        class on three occasions or more.
      </p>
    </fieldset>
  );
}
