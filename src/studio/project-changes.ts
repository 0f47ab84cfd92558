import type { Undo } from './clip-changes.js';

/** What was changed, as a button to take it back says it. */
export interface Done<T> {
  readonly title: string;
  readonly undo: Undo;
  readonly result: T;
}

/** Changes of a project, one at a time, whoever asks for them; the last ones can be taken back. */
export interface ProjectChanges {
  make<T>(change: () => Promise<Done<T>>): Promise<T>;
  /** As make, for what cannot be taken back. */
  makeForGood(change: () => Promise<void>): Promise<void>;
  /** Title of what `undo` takes back; null for nothing. */
  readonly undoTitle: string | null;
  undo(): Promise<void>;
}

const MOST_UNDONE = 50;

/** @param onChange is called after each change, those that fail half way among them. */
export function projectChanges(onChange: () => void): ProjectChanges {
  const undos: Array<{ title: string; undo: Undo }> = [];
  let last: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const turn = last.then(work).finally(onChange);
    last = turn.catch(() => {});
    return turn;
  };
  return {
    make: (change) =>
      inTurn(async () => {
        const { title, undo, result } = await change();
        undos.push({ title, undo });
        if (undos.length > MOST_UNDONE) undos.shift();
        return result;
      }),
    makeForGood: inTurn,
    get undoTitle() {
      return undos.at(-1)?.title ?? null;
    },
    undo: () =>
      inTurn(async () => {
        const done = undos.at(-1);
        try {
          await done?.undo();
        } finally {
          // Only now: until then the change is still there.
          undos.pop();
        }
      }),
  };
}
