import type { Described } from '../bundle/bundle.js';
import type { EngineName } from '../engine/engine.js';
import { isFailureOfInput, type UserError } from '../errors.js';
import { inputOf } from '../inputs/input-kinds.js';
import { type LocatedClip, locateClip, resolveInputs } from '../media/locate.js';
import { answerOf } from '../tasks/classification/answer.js';
import { requireCommand } from '../tasks/commands.js';
import { type ClipResult, ComputeFailure, classifyClip } from './classify-clip.js';
import type { ClipClassifier, OpenOptions } from './classify-options.js';
import type { Classified, Failed, Outcome } from './outcome.js';
import { rankResult } from './rank.js';
import { shareEncoders } from './shared-encoder.js';
import type { ModelThreads } from './thread/model-threads.js';

/** A model on threads that load it, which `release` ends. @throws UserError `usage` for one that answers no clips. */
export function clipClassifier(
  threads: ModelThreads,
  { bundle, options }: { bundle: Described; options: OpenOptions },
): ClipClassifier {
  const { folder: name, manifest } = bundle;
  requireCommand('classify', { name, pipeline: manifest.pipeline });
  const input = inputOf(manifest.pipeline.input);
  const model = {
    input,
    encoder: shareEncoders(threads),
    classify: threads.classify,
    eachFrame: manifest.eachFrame ?? false,
  };
  const { sampling = 'quick', allowDamaged } = options;
  const classifyLocated = (located: LocatedClip, signal: AbortSignal | undefined): Promise<Outcome> =>
    orFailed(located.input, async () => {
      const result = await classifyClip({ located }, { model, sampling, allowDamaged, signal });
      const { name: engine } = await threads.loaded;
      return classified(result, { input: located.input, bundle, options, engine });
    });
  /** No result is given before the model is loaded. */
  const whenLoaded = async (outcome: Outcome): Promise<Outcome> => {
    await threads.loaded;
    return outcome;
  };
  return {
    loaded: threads.loaded,
    classify: async (path, { signal } = {}) =>
      whenLoaded(await orFailed(path, async () => classifyLocated(await locateClip(path), signal))),
    async *classifyAll(inputs, { signal } = {}) {
      for (const resolved of await resolveInputs(inputs)) {
        if (resolved.kind === 'unresolved') {
          yield await whenLoaded(failed(resolved.input, resolved.error));
          continue;
        }
        const located = await locateClip(resolved.input).catch(failureOf(resolved.input));
        for (const clip of 'error' in located ? [located] : clipsIn(located, input.images)) {
          yield await whenLoaded('error' in clip ? clip : await classifyLocated(clip, signal));
        }
      }
      await threads.loaded;
    },
    release: () => threads.release(),
  };
}

/** To a model that reads single pictures, the pictures of a sequence are clips of their own. */
function clipsIn(located: LocatedClip, images: 'frames' | 'clips'): readonly LocatedClip[] {
  if (images === 'frames' || located.kind === 'video') return [located];
  return located.paths.map((path) => ({ kind: 'images', input: path, paths: [path] }));
}

async function orFailed(input: string, work: () => Promise<Outcome>): Promise<Outcome> {
  return work().catch(failureOf(input));
}

/** What is wrong with an input is a result, all else is thrown. */
const failureOf =
  (input: string) =>
  (error: unknown): Failed => {
    if (error instanceof ComputeFailure) throw error.cause;
    if (!isFailureOfInput(error)) throw error;
    return failed(input, error);
  };

function classified(
  result: ClipResult,
  about: { input: string; bundle: Described; options: OpenOptions; engine: EngineName },
): Classified {
  const { input, bundle, options, engine } = about;
  const { labels, minProbability } = bundle.manifest;
  const { attention, timesSeconds, frames, damaged, plan, durationSeconds, milliseconds } = result;
  const ranking = rankResult(result, labels);
  const best = ranking[0]!;
  return {
    ...answerOf(best, options.minProbability ?? minProbability),
    input,
    probability: best.probability,
    top: ranking.slice(0, options.top),
    frames,
    damaged,
    plan,
    durationSeconds,
    attention: attention && [...attention],
    timesSeconds: attention && timesSeconds,
    model: bundle.folder,
    engine,
    milliseconds,
  };
}

function failed(input: string, { code, problem, fix }: UserError): Failed {
  return { kind: 'failed', input, error: { code, message: problem, fix } };
}
