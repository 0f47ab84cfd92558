import { type Added, allAdded } from './additions.js';

/** Takes a change back. */
export type Undo = () => Promise<void>;

export interface Change {
  /** As a button to take it back says it. */
  readonly title: string;
  readonly undo: Undo;
  /** Of an addition that comes in parts, and is taken back in one step. */
  readonly part?: Part | undefined;
}

/** A part of what is dropped at once, of which each clip comes by itself. */
export interface Part {
  /** The same for all parts of one drop. */
  readonly drop: string;
  readonly added: Added;
  /** The change that all parts are together. */
  readonly whole: (added: Added) => Change;
}

/** Changes of a project, one at a time, whoever asks for them; the last ones can be taken back. */
export interface ProjectChanges {
  make(change: () => Promise<Change>): Promise<void>;
  /** As make, for what cannot be taken back. */
  makeForGood(change: () => Promise<void>): Promise<void>;
  /** Title of what `undo` takes back; null for nothing. */
  readonly undoTitle: string | null;
  undo(): Promise<void>;
}

const MOST_UNDONE = 50;

/** @param onChange is called after each change, those that fail half way among them. */
export function projectChanges(onChange: () => void): ProjectChanges {
  const made: Change[] = [];
  let last: Promise<unknown> = Promise.resolve();
  const inTurn = (work: () => Promise<void>): Promise<void> => {
    const turn = last.then(work).finally(onChange);
    last = turn.catch(() => {});
    return turn;
  };
  return {
    make: (change) => inTurn(async () => keep(made, await change())),
    makeForGood: inTurn,
    get undoTitle() {
      return made.at(-1)?.title ?? null;
    },
    undo: () =>
      inTurn(async () => {
        const done = made.at(-1);
        try {
          await done?.undo();
        } finally {
          // Only now: until then the change is still there.
          made.pop();
        }
      }),
  };
}

/** Joins a part to those before it, unless something was changed since that was no drop, and may build on them. */
function keep(made: Change[], change: Change): void {
  const { part } = change;
  const since = 1 + made.findLastIndex((each) => !each.part);
  const index = part ? made.findLastIndex((each, at) => at >= since && each.part?.drop === part.drop) : -1;
  const earlier = made[index]?.part;
  if (part && earlier) {
    made[index] = earlier.whole(allAdded(earlier.added, part.added));
    return;
  }
  made.push(change);
  if (made.length > MOST_UNDONE) made.shift();
}
