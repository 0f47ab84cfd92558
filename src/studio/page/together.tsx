import { signal } from '@preact/signals';
import type { GivenClip } from '../../export/page/given-clips.js';
import { counted } from '../../export/page/page-words.js';
import { Dialog } from './dialog.js';
import { takeName } from './take-name.js';
import { sendGiven } from './uploads.js';

/** Clips that were given for a class. */
export interface Given {
  readonly label: string;
  readonly clips: readonly GivenClip[];
}

/** Those of which it is not said yet which were recorded together. */
const undecided = signal<readonly Given[]>([]);

/** Sends clips; asks first which of several belong together, so that the test is honest. */
export function takeIn(given: readonly Given[]): void {
  if (given.some(({ clips }) => clips.length > 1)) undecided.value = given;
  else void sendAll(given, () => undefined);
}

type TakeOf = (clip: GivenClip, label: string) => string | undefined;

async function sendAll(given: readonly Given[], takeOf: TakeOf): Promise<void> {
  for (const { label, clips } of given) {
    for (const clip of clips) await sendGiven(clip, { label, take: takeOf(clip, label) });
  }
}

/** Asks about the clips that were given last. */
export function Together() {
  const given = undecided.value;
  if (given.length === 0) return null;
  const clips = given.flatMap((each) => each.clips);
  const folders = new Set(
    given.flatMap(({ label, clips: own }) => own.map(({ folder }) => `${label}/${folder}`)),
  );
  const decide = (takeOf: TakeOf) => {
    undecided.value = [];
    void sendAll(given, takeOf);
  };
  const now = new Date();
  return (
    <Dialog
      title={`How were these ${counted(clips.length, 'clip')} recorded?`}
      onClose={() => {
        undecided.value = [];
      }}
    >
      <p>
        Clips of one session look alike, so the studio keeps them together: all to learn from, or all to test
        on. Otherwise the model would be tested on what it has already seen.
      </p>
      <div class="choices">
        <button type="button" onClick={() => decide(() => undefined)}>
          Each on a separate occasion
        </button>
        {folders.size > given.length && (
          <button type="button" onClick={() => decide(({ folder }, label) => takeName(now, label, folder))}>
            Each folder in one session
          </button>
        )}
        <button type="button" onClick={() => decide((_, label) => takeName(now, label))}>
          {given.length > 1 ? 'Each class in one session' : 'All in one session'}
        </button>
      </div>
    </Dialog>
  );
}
