import type { Described } from '../bundle/bundle.js';
import type { EngineName } from '../engine/engine.js';
import type { UserError } from '../errors.js';
import { isFailureOfInput } from '../platform/failure-of-input.js';
import { answerOf, type Limits, type RankedClass } from '../tasks/classification/answer.js';
import { totalMilliseconds, type WindowResult } from './batch/classify-windows.js';
import { mergeWindows, type Windowing } from './batch/windows.js';
import { type ClipResult, ComputeFailure } from './classify-clip.js';
import type { OpenOptions } from './classify-options.js';
import type { Classified, ClassifiedWindows, Failed } from './outcome.js';
import { rankResult } from './rank.js';

/** What is known of an input that was classified; of a text only what a text has. */
interface Result
  extends Pick<Classified, 'tokens' | 'unknownTokens' | 'pieces' | 'sentences' | 'milliseconds'>,
    Partial<
      Pick<
        ClipResult,
        'distance' | 'frames' | 'damaged' | 'plan' | 'durationSeconds' | 'attention' | 'timesSeconds'
      >
    > {
  /** Of all classes, falling. */
  readonly ranking: readonly RankedClass[];
}

/** What was asked, of which model, and what computed it. */
interface About {
  readonly input: string;
  readonly bundle: Described;
  readonly options: OpenOptions;
  readonly engine: EngineName;
}

/** The outcome of an input that could be read. */
export function classified({ ranking, ...result }: Result, about: About): Classified {
  const { input, bundle, engine } = about;
  const { attention, timesSeconds, milliseconds } = result;
  return {
    ...rankedAnswer({ ranking, distance: result.distance }, about),
    input,
    frames: result.frames,
    damaged: result.damaged,
    tokens: result.tokens,
    unknownTokens: result.unknownTokens,
    plan: result.plan,
    durationSeconds: result.durationSeconds,
    attention: attention && [...attention],
    pieces: result.pieces,
    sentences: result.sentences,
    timesSeconds: attention && timesSeconds,
    model: bundle.folder,
    engine,
    milliseconds,
  };
}

/** The outcome of a clip that was classified window by window. */
export function classifiedWindows(
  results: readonly WindowResult[],
  about: About & { windowing: Windowing },
): ClassifiedWindows {
  const { input, bundle, engine } = about;
  const { labels } = bundle.manifest;
  return {
    kind: 'windows',
    input,
    windows: results.map((result) => {
      const { startSeconds, endSeconds, frames, damaged, plan } = result;
      const answer = rankedAnswer({ ranking: rankResult(result, labels), distance: result.distance }, about);
      return { startSeconds, endSeconds, ...answer, frames, damaged, plan };
    }),
    segments: mergeWindows(results, { labels, windowing: about.windowing, ...limitsOf(about) }),
    durationSeconds: results[0]!.durationSeconds,
    model: bundle.folder,
    engine,
    milliseconds: totalMilliseconds(results),
  };
}

function rankedAnswer({ ranking, distance }: Pick<Result, 'ranking' | 'distance'>, about: About) {
  const best = ranking[0]!;
  const { probability } = best;
  const answer = answerOf({ best, distance }, limitsOf(about));
  return { ...answer, probability, distance, top: ranking.slice(0, about.options.top) };
}

const limitsOf = ({ bundle: { manifest }, options }: About): Limits => ({
  minProbability: options.minProbability ?? manifest.minProbability,
  maxDistance: options.maxDistance ?? manifest.maxDistance,
});

/** What is wrong with an input is a result, all else is thrown. */
export const failureOf =
  (input: string) =>
  (error: unknown): Failed => {
    if (error instanceof ComputeFailure) throw error.cause;
    if (!isFailureOfInput(error)) throw error;
    return failed(input, error);
  };

export function failed(input: string, { code, problem, fix }: UserError): Failed {
  return { kind: 'failed', input, error: { code, message: problem, fix } };
}
