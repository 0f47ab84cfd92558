import type { Described } from '../bundle/bundle.js';
import { UserError } from '../errors.js';
import { inputOf } from '../inputs/input-kinds.js';
import { type LocatedClip, locateClip, resolveInputs } from '../media/locate.js';
import { requireCommand } from '../tasks/commands.js';
import { classifyClip } from './classify-clip.js';
import type { ClipClassifier, Given, OpenOptions } from './classify-options.js';
import { classified, failed, failureOf } from './make-outcome.js';
import type { Outcome } from './outcome.js';
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
      const ranking = rankResult(result, manifest.labels);
      return classified({ ...result, ranking }, { input: located.input, bundle, options, engine });
    });
  /** No result is given before the model is loaded. */
  const whenLoaded = async (outcome: Outcome): Promise<Outcome> => {
    await threads.loaded;
    return outcome;
  };
  return {
    loaded: threads.loaded,
    classify: async (given, { signal } = {}) => {
      const path = pathOf(given, name);
      return whenLoaded(await orFailed(path, async () => classifyLocated(await locateClip(path), signal)));
    },
    async *classifyAll(inputs, { signal } = {}) {
      const paths = inputs.map((given) => pathOf(given, name));
      for (const resolved of await resolveInputs(paths)) {
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

function pathOf(given: Given, model: string): string {
  if (typeof given === 'string') return given;
  throw new UserError('usage', {
    problem: `The model ${model} reads clips, and not a text such as ${JSON.stringify(given.text)}.`,
    fix: 'Give the path of a clip, or a model that reads texts, such as models/names.',
  });
}

async function orFailed(input: string, work: () => Promise<Outcome>): Promise<Outcome> {
  return work().catch(failureOf(input));
}
