import { checkDataset, type LookMemory, type SamePair } from '../evaluate/check-dataset.js';
import { problemOnPage } from './clip-problem.js';

/** What is known of a clip beside its file. */
export interface ClipFacts {
  /** Null until it was looked at, and for what cannot be read. */
  readonly seconds: number | null;
  /** Why it cannot be read, and what to do about it; null where it can. */
  readonly problem: string | null;
  readonly same: readonly SameExample[];
}

/** A clip that shows the same. */
export interface SameExample {
  readonly exampleId: string;
  /** Whether it has the same bytes; otherwise most frames are nearly the same. */
  readonly isFile: boolean;
}

export interface ClipChecks {
  /** Null until the clip was looked at. */
  factsOf(clip: { readonly exampleId: string; readonly path: string }): ClipFacts | null;
  readonly isChecking: boolean;
  /** Looks at what is new. Calls while it looks are answered by one more look. */
  refresh(): void;
  /** Ends what is under way. */
  stop(): Promise<void>;
}

export interface CheckCallbacks {
  /** A look has begun or ended. */
  readonly onChange: () => void;
  /** What is no clip's fault, such as a missing ffmpeg. */
  readonly onError: (error: unknown) => void;
}

/** Looks at the clips of a folder in the background, as `clipstep check` does. */
export function clipChecks(folder: string, { onChange, onError }: CheckCallbacks): ClipChecks {
  const looks: LookMemory = new Map();
  const stopping = new AbortController();
  let facts: Facts = { byId: new Map(), problems: new Map() };
  let running: Promise<void> | null = null;
  let isStale = false;

  const run = async () => {
    while (isStale && !stopping.signal.aborted) {
      isStale = false;
      onChange();
      try {
        facts = await lookAtAll(folder, { looks, signal: stopping.signal });
      } catch (error) {
        if (stopping.signal.aborted) break;
        if (isAbsence(error)) isStale = true;
        else onError(error);
      }
    }
    running = null;
    onChange();
  };
  return {
    get isChecking() {
      return running !== null;
    },
    factsOf: ({ exampleId, path }) => {
      const problem = facts.problems.get(path);
      if (problem !== undefined) return { seconds: null, problem, same: [] };
      return facts.byId.get(exampleId) ?? null;
    },
    refresh: () => {
      isStale = true;
      running ??= run();
    },
    stop: async () => {
      stopping.abort();
      await running;
    },
  };
}

/** What the file system says of a clip that was moved or deleted while it was looked at. */
export const isAbsence = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'ENOENT';

interface Facts {
  readonly byId: ReadonlyMap<string, ClipFacts>;
  /** By the paths of clips that cannot be read. */
  readonly problems: ReadonlyMap<string, string>;
}

async function lookAtAll(
  folder: string,
  options: { looks: LookMemory; signal: AbortSignal },
): Promise<Facts> {
  const check = await checkDataset(folder, { ...options, purpose: 'scoring' }).catch((error: unknown) => {
    // A folder without a single clip.
    if (error instanceof Error && 'code' in error && error.code === 'bad_dataset') return null;
    throw error;
  });
  if (!check) return { byId: new Map(), problems: new Map() };
  const same = sameById([...check.copies, ...check.contradictions]);
  const byId = check.clips.map(({ id, durationSeconds }): [string, ClipFacts] => [
    id,
    { seconds: durationSeconds, problem: null, same: same.get(id) ?? [] },
  ]);
  const problems = check.broken.map(({ path, problem, fix }): [string, string] => [
    path,
    `${problemOnPage(problem, { path })} ${fix}`,
  ]);
  return { byId: new Map(byId), problems: new Map(problems) };
}

/** Of clips with one content, the check gives each beside the first; all of them are the same. */
function sameById(pairs: readonly SamePair[]): Map<string, SameExample[]> {
  const contents = new Map<string, string[]>();
  const same = new Map<string, SameExample[]>();
  for (const { kind, ids } of pairs) {
    const [first, other] = ids;
    const isFile = kind === 'content';
    const add = (one: string, exampleId: string) =>
      same.set(one, [...(same.get(one) ?? []), { exampleId, isFile }]);
    const known = isFile ? (contents.get(first) ?? [first]) : [first];
    for (const each of known) {
      add(each, other);
      add(other, each);
    }
    if (isFile) contents.set(first, [...known, other]);
  }
  return same;
}
