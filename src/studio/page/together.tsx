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

interface Drop {
  /** By which the studio knows what to take back in one step. */
  readonly id: string;
  readonly given: readonly Given[];
}

/** The one of which it is not said yet which clips were recorded together. */
const undecided = signal<Drop | null>(null);

/** Names what is dropped or chosen at once, unlike in any other window. */
export const dropId = (): string => `${Date.now().toString(36)}-${Math.random().toString(36).slice(2)}`;

/** Sends clips; asks first which of several belong together, so that the test is honest. */
export function takeIn(given: readonly Given[], id = dropId()): void {
  if (given.some(({ clips }) => clips.length > 1)) undecided.value = { id, given };
  else void sendAll({ id, given }, () => undefined);
}

type TakeOf = (clip: GivenClip, label: string) => string | undefined;

async function sendAll({ id, given }: Drop, takeOf: TakeOf): Promise<void> {
  for (const { label, clips } of given) {
    for (const clip of clips) await sendGiven(clip, { label, take: takeOf(clip, label), drop: id });
  }
}

/** Asks about the clips that were given last. */
export function Together() {
  const drop = undecided.value;
  if (!drop) return null;
  const { given } = drop;
  const clips = given.flatMap((each) => each.clips);
  const folders = new Set(
    given.flatMap(({ label, clips: own }) => own.map(({ folder }) => `${label}/${folder}`)),
  );
  const decide = (takeOf: TakeOf) => {
    undecided.value = null;
    void sendAll(drop, takeOf);
  };
  const now = new Date();
  return (
    <Dialog
      title={`How were these ${counted(clips.length, 'clip')} recorded?`}
      onClose={() => {
        undecided.value = null;
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
