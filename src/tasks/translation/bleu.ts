import * as z from 'zod';
import { random } from '../../random.js';
import { quantile } from '../bootstrap.js';

/** Longest n-grams that are counted. */
const LONGEST = 4;

const score = z.number().min(0).max(100);

export const bleuSchema = z.strictObject({
  /** 0 to 100. */
  score,
  /** 95 % of what the score would be on as many other texts. */
  interval: z.tuple([score, score]),
  /** In per cent, of 1-grams to 4-grams. */
  precisions: z.array(score).length(LONGEST),
  /** What the score was multiplied with, since translations are shorter than their references; 1 where they are not. */
  brevityPenalty: z.number().min(0).max(1),
  /** Tokens of all translations, and of all references. */
  tokens: z.int().min(0),
  referenceTokens: z.int().min(0),
});

export type Bleu = z.infer<typeof bleuSchema>;

/** A translation beside one of a person, both as tokens. */
export interface TranslatedTokens {
  readonly tokens: readonly string[];
  readonly reference: readonly string[];
}

/**
 * BLEU of a whole corpus (Papineni et al. 2002): the geometric mean of the precisions of 1-grams to 4-grams, each n-gram
 * counted at most as often as the reference has it, times a penalty for translations that are too short. It is what
 * sacreBLEU 2 gives (Post 2018), whose smoothing it has, NIST's: where no n-gram of a length is right, the precision is
 * that of half a right one, of a quarter the next time, and so on; and 0 where nothing at all is right. Its interval is a
 * bootstrap over texts (Koehn 2004).
 *
 * @param options.seed draws the interval.
 */
export function bleuOf(corpus: readonly TranslatedTokens[], { seed }: { seed: number }): Bleu {
  const counts = corpus.map(countsOf);
  return { ...scoreOf(sumOf(counts)), interval: intervalOf(counts, seed) };
}

/** Of the n-grams of one text, or of many, by their length. */
interface Counts {
  readonly right: readonly number[];
  readonly all: readonly number[];
  readonly tokens: number;
  readonly referenceTokens: number;
}

function countsOf({ tokens, reference }: TranslatedTokens): Counts {
  const lengths = Array.from({ length: LONGEST }, (_, index) => index + 1);
  return {
    right: lengths.map((length) => matches(ngramsOf(tokens, length), ngramsOf(reference, length))),
    all: lengths.map((length) => Math.max(0, tokens.length - length + 1)),
    tokens: tokens.length,
    referenceTokens: reference.length,
  };
}

function sumOf(counts: readonly Counts[]): Counts {
  const sum = { right: zeros(), all: zeros(), tokens: 0, referenceTokens: 0 };
  for (const { right, all, tokens, referenceTokens } of counts) {
    for (let index = 0; index < LONGEST; index++) {
      sum.right[index]! += right[index]!;
      sum.all[index]! += all[index]!;
    }
    sum.tokens += tokens;
    sum.referenceTokens += referenceTokens;
  }
  return sum;
}

const zeros = (): number[] => Array<number>(LONGEST).fill(0);

function scoreOf({ right, all, tokens, referenceTokens }: Counts): Omit<Bleu, 'interval'> {
  const precisions = smoothed(right, all);
  const brevityPenalty = penaltyOf(tokens, referenceTokens);
  const logarithms = precisions.reduce((sum, precision) => sum + Math.log(precision), 0);
  // A hundred times exactly right is 100 but for rounding.
  const found = Math.min(100, brevityPenalty * Math.exp(logarithms / LONGEST));
  return { score: found, precisions, brevityPenalty, tokens, referenceTokens };
}

function penaltyOf(tokens: number, referenceTokens: number): number {
  if (tokens >= referenceTokens) return 1;
  return tokens === 0 ? 0 : Math.exp(1 - referenceTokens / tokens);
}

function smoothed(right: readonly number[], all: readonly number[]): number[] {
  if (right.every((count) => count === 0)) return zeros();
  let share = 1;
  return right.map((count, index) => {
    if (all[index] === 0) return 0;
    if (count === 0) share /= 2;
    return (100 * (count || share)) / all[index]!;
  });
}

/** Corpora that an interval is drawn from. */
const RESAMPLES = 1000;

function intervalOf(counts: readonly Counts[], seed: number): [low: number, high: number] {
  const stream = random(seed, 'bootstrap', 'bleu');
  const scores = Float64Array.from({ length: RESAMPLES }, () => {
    const drawn = counts.map(() => counts[stream.integer(0, counts.length)]!);
    return scoreOf(sumOf(drawn)).score;
  }).sort();
  return [quantile(scores, 0.025), quantile(scores, 0.975)];
}

function matches(ngrams: ReadonlyMap<string, number>, reference: ReadonlyMap<string, number>): number {
  let sum = 0;
  for (const [ngram, count] of ngrams) sum += Math.min(count, reference.get(ngram) ?? 0);
  return sum;
}

/** How often each n-gram of that length is there; no token has a space in it. */
function ngramsOf(tokens: readonly string[], length: number): Map<string, number> {
  const counts = new Map<string, number>();
  for (let start = 0; start + length <= tokens.length; start++) {
    const ngram = tokens.slice(start, start + length).join(' ');
    counts.set(ngram, (counts.get(ngram) ?? 0) + 1);
  }
  return counts;
}
