import type { Described } from '../bundle/bundle.js';
import type { EngineName } from '../engine/engine.js';
import { isFailureOfInput, type UserError } from '../errors.js';
import { answerOf, type RankedClass } from '../tasks/classification/answer.js';
import { type ClipResult, ComputeFailure } from './classify-clip.js';
import type { OpenOptions } from './classify-options.js';
import type { Classified, Failed } from './outcome.js';

/** What is known of an input that was classified; of a text only what a text has. */
interface Result
  extends Pick<Classified, 'tokens' | 'unknownTokens' | 'milliseconds'>,
    Partial<
      Pick<ClipResult, 'frames' | 'damaged' | 'plan' | 'durationSeconds' | 'attention' | 'timesSeconds'>
    > {
  /** Of all classes, falling. */
  readonly ranking: readonly RankedClass[];
}

/** The outcome of an input that could be read. */
export function classified(
  { ranking, ...result }: Result,
  about: { input: string; bundle: Described; options: OpenOptions; engine: EngineName },
): Classified {
  const { input, bundle, options, engine } = about;
  const { attention, timesSeconds, milliseconds } = result;
  const best = ranking[0]!;
  return {
    ...answerOf(best, options.minProbability ?? bundle.manifest.minProbability),
    input,
    probability: best.probability,
    top: ranking.slice(0, options.top),
    frames: result.frames,
    damaged: result.damaged,
    tokens: result.tokens,
    unknownTokens: result.unknownTokens,
    plan: result.plan,
    durationSeconds: result.durationSeconds,
    attention: attention && [...attention],
    timesSeconds: attention && timesSeconds,
    model: bundle.folder,
    engine,
    milliseconds,
  };
}

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
