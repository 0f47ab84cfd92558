import type { SourceMemory, TranslationModel } from '../../engine/engine.js';
import { collate } from '../../inputs/batches.js';
import { BEGIN, END, UNKNOWN } from '../../inputs/text/vocabulary.js';
import type { States } from '../../network/states.js';
import { stopIfAborted } from '../../platform/stop-if-aborted.js';
import { largestCandidates } from './largest-candidates.js';

/** What was written for a source. */
export interface Written {
  /** Without markers. */
  readonly tokens: readonly number[];
  /** The logarithm of its probability, a token: its end counts as one. */
  readonly score: number;
}

export interface BeamOptions {
  /** Beginnings of a translation that are followed side by side; 1 always takes the most probable token. */
  readonly beam: number;
  readonly signal?: AbortSignal | undefined;
}

/** Tokens of a translation for each of its source, at most, and some more. */
const LONGEST = { times: 2, more: 10 } as const;

/** What is never written. */
const EXCLUDED: ReadonlySet<number> = new Set([UNKNOWN, BEGIN]);

/** A beginning of a translation. */
interface Beginning {
  readonly tokens: readonly number[];
  /** The logarithm of its probability. */
  readonly sum: number;
}

/** A source with what was written for it so far. */
interface Search {
  /** As many as the beam has rows; fewer at first. */
  beginnings: readonly Beginning[];
  readonly ended: Written[];
  readonly longest: number;
}

/**
 * The most probable translation of each source, a token, as beam search finds it (Graves 2012; Sutskever et al. 2014): of
 * all tokens that may follow the beginnings so far, the most probable beginnings go on. What has ended is compared by its
 * mean logarithm, since a sum would favour what is short. A source is done when as many translations have ended as the beam
 * is wide.
 *
 * @param sources the numbers of their tokens, markers among them.
 * @throws UserError `aborted`.
 */
export async function beamSearch(
  model: TranslationModel,
  sources: readonly Int32Array[],
  { beam, signal }: BeamOptions,
): Promise<Written[]> {
  const read = await model.read(
    collate(sources.map((data) => ({ kind: 'tokens', data, timesteps: data.length }))),
  );
  const searches = sources.map(
    ({ length }): Search => ({
      beginnings: [{ tokens: [], sum: 0 }],
      ended: [],
      longest: LONGEST.times * length + LONGEST.more,
    }),
  );
  const memory = repeated(read, beam);
  let states: States = memory.states;
  while (searches.some((search) => !isDone(search, beam))) {
    stopIfAborted(signal, 'texts were translated');
    const { logProbabilities, states: after } = await model.next(lastTokens(searches, beam), {
      memory,
      states,
    });
    const classes = logProbabilities.length / (searches.length * beam);
    const rows = searches.flatMap((search, place) => {
      const start = place * beam;
      const own = logProbabilities.subarray(start * classes, (start + beam) * classes);
      return goOn(search, { logProbabilities: own, classes, beam }).map((row) => start + row);
    });
    states = after.map((state) => takeRows(state, rows));
  }
  return searches.map(bestOf);
}

const isDone = ({ beginnings, ended }: Search, beam: number): boolean =>
  beginnings.length === 0 || ended.length >= beam;

/** One token on. @returns for each row of the beam the one whose states it goes on from. */
function goOn(
  search: Search,
  { logProbabilities, classes, beam }: { logProbabilities: Float32Array; classes: number; beam: number },
): number[] {
  if (isDone(search, beam)) return Array<number>(beam).fill(0);
  const { beginnings, ended, longest } = search;
  const candidates = largestCandidates(logProbabilities, {
    sums: beginnings.map(({ sum }) => sum),
    classes,
    // Each beginning may end once: that leaves as many that go on.
    count: 2 * beam,
    excluded: EXCLUDED,
  });
  const next: Array<Beginning & { row: number }> = [];
  for (const [rank, { row, token, sum }] of candidates.entries()) {
    const { tokens } = beginnings[row]!;
    const score = sum / (tokens.length + 1);
    if (token !== END) {
      if (next.length < beam) next.push({ tokens: [...tokens, token], sum, row });
    } else if (rank < beam) ended.push({ tokens, score });
  }
  const isOver = next.some(({ tokens }) => tokens.length >= longest);
  // What has no end by then is a translation all the same, where nothing else is.
  if (isOver && ended.length === 0) {
    for (const { tokens, sum } of next) ended.push({ tokens, score: sum / tokens.length });
  }
  search.beginnings = isOver ? [] : next;
  return Array.from({ length: beam }, (_, place) => next[place]?.row ?? 0);
}

/** The last token of each row; any for one that is not followed. */
const lastTokens = (searches: readonly Search[], beam: number): Int32Array =>
  Int32Array.from({ length: searches.length * beam }, (_, row) => {
    const { beginnings } = searches[Math.floor(row / beam)]!;
    return beginnings[row % beam]?.tokens.at(-1) ?? BEGIN;
  });

const bestOf = ({ ended }: Search): Written =>
  ended.reduce((best, other) => (other.score > best.score ? other : best));

/** Each row so many times, one after the other. */
function repeated(memory: SourceMemory, times: number): SourceMemory {
  const { lengths, data, states } = memory;
  const rows = Array.from({ length: lengths.length * times }, (_, row) => Math.floor(row / times));
  const take = (values: Float32Array) => takeRows(values, rows, lengths.length);
  return {
    ...memory,
    data: take(data),
    lengths: Int32Array.from(rows, (row) => lengths[row]!),
    states: states.map(take),
  };
}

/** @param count of the rows that there are; as many as are taken when absent. */
function takeRows(values: Float32Array, rows: readonly number[], count = rows.length): Float32Array {
  const width = values.length / count;
  const taken = new Float32Array(rows.length * width);
  rows.forEach((row, place) => {
    taken.set(values.subarray(row * width, (row + 1) * width), place * width);
  });
  return taken;
}
