import type { Described } from '../bundle/bundle.js';
import { UserError } from '../errors.js';
import { inputOf } from '../inputs/input-kinds.js';
import { type LocatedClip, locateClip, type ResolvedInput, resolveInputs } from '../media/locate.js';
import { requireCommand } from '../tasks/commands.js';
import { classifyWindows, withoutWindows } from './batch/classify-windows.js';
import type { Windowing } from './batch/windows.js';
import { type ClipOptions, classifyClip } from './classify-clip.js';
import type { CallOptions, ClipClassifier, OpenOptions } from './classify-options.js';
import { type Given, requireGiven, requireList } from './given.js';
import { classified, classifiedWindows, failed, failureOf } from './make-outcome.js';
import type { Failed, Outcome, WindowsOutcome } from './outcome.js';
import { rankResult } from './rank.js';
import { shareEncoders } from './shared-encoder.js';
import type { ModelThreads } from './thread/model-threads.js';
import { isFetched, nameOf, withLocated } from './with-located.js';

/** A model on threads that load it, which `release` ends. @throws UserError `usage` for one that answers no clips. */
export function clipClassifier(
  threads: ModelThreads,
  { bundle, options }: { bundle: Described; options: OpenOptions },
): ClipClassifier {
  const { folder: name, manifest } = bundle;
  requireCommand('classify', { name, pipeline: manifest.pipeline });
  if (options.encoding !== undefined) throw encodingOfClips(name, options.encoding);
  const { images } = inputOf(manifest.pipeline.input);
  const read = reader(threads, { bundle, options });
  /** No result is given before the model is loaded. */
  const whenLoaded = async <T>(outcome: T): Promise<T> => {
    await threads.loaded;
    return outcome;
  };
  const located = <T>(path: string, { signal }: CallOptions, work: (clip: LocatedClip) => Promise<T>) =>
    orFailed(nameOf(path, options), () => withLocated(path, { ...options, signal }, work));
  return {
    manifest,
    loaded: threads.loaded,
    classify: async (given, call = {}) => {
      const path = pathOf(given, name);
      return whenLoaded(await located(path, call, (clip) => read.whole(clip, call)));
    },
    classifyWindows: async (given, call) => {
      const path = pathOf(given, name);
      return whenLoaded(await located(path, call, (clip) => read.windows(clip, call)));
    },
    async *classifyAll(inputs, call = {}) {
      requireList(inputs);
      const paths = inputs.map((given) => pathOf(given, name));
      for await (const resolved of resolvedInputs(paths, options)) {
        if (resolved.kind === 'fetched') {
          yield await whenLoaded(await located(resolved.input, call, (clip) => read.whole(clip, call)));
          continue;
        }
        if (resolved.kind === 'unresolved') {
          yield await whenLoaded(failed(resolved.input, resolved.error));
          continue;
        }
        const found = await locateClip(resolved.input).catch(failureOf(resolved.input));
        for (const clip of 'error' in found ? [found] : clipsIn(found, images)) {
          const outcome = 'error' in clip ? clip : await orFailed(clip.input, () => read.whole(clip, call));
          yield await whenLoaded(outcome);
        }
      }
      await threads.loaded;
    },
    release: () => threads.release(),
    [Symbol.asyncDispose]: () => threads.release(),
  };
}

/** What inputs stand for; an address is one clip. */
async function* resolvedInputs(
  paths: readonly string[],
  options: OpenOptions,
): AsyncGenerator<ResolvedInput | { readonly kind: 'fetched'; readonly input: string }, void> {
  for (const path of paths) {
    if (isFetched(path, options)) yield { kind: 'fetched', input: path };
    else yield* await resolveInputs([path]);
  }
}

interface About {
  readonly bundle: Described;
  readonly options: OpenOptions;
}

/** Reads located clips, whole or by windows. */
function reader(threads: ModelThreads, about: About) {
  const { folder, manifest } = about.bundle;
  const input = inputOf(manifest.pipeline.input);
  const { sampling = 'quick', allowDamaged, decoderThreads, timeoutSeconds, startProgram } = about.options;
  const { eachFrame = false } = manifest;
  const model = { input, encoder: shareEncoders(threads), classify: threads.classify, eachFrame };
  const reading = (signal: AbortSignal | undefined): ClipOptions => {
    return { model, sampling, allowDamaged, decoderThreads, timeoutSeconds, startProgram, signal };
  };
  const aboutCall = async ({ input: path }: LocatedClip, { top = about.options.top }: CallOptions) => {
    const { name: engine } = await threads.loaded;
    return { bundle: about.bundle, options: { ...about.options, top }, input: path, engine };
  };
  return {
    whole: async (located: LocatedClip, call: CallOptions): Promise<Outcome> => {
      const result = await classifyClip({ located }, reading(call.signal));
      const ranking = rankResult(result, manifest.labels);
      return classified({ ...result, ranking }, await aboutCall(located, call));
    },
    windows: async (
      located: LocatedClip,
      { windowing, ...call }: CallOptions & { windowing: Windowing },
    ): Promise<WindowsOutcome> => {
      if (input.source.kind === 'direct') throw withoutWindows(folder, input.noun);
      const options = { ...reading(call.signal), windowing, input: input.source.frames };
      const results = await classifyWindows({ located }, options);
      return classifiedWindows(results, { ...(await aboutCall(located, call)), windowing });
    },
  };
}

/** To a model that reads single pictures, the pictures of a sequence are clips of their own. */
function clipsIn(located: LocatedClip, images: 'frames' | 'clips'): readonly LocatedClip[] {
  if (images === 'frames' || located.kind === 'video') return [located];
  return located.paths.map((path) => ({ kind: 'images', input: path, paths: [path] }));
}

function pathOf(given: Given, model: string): string {
  requireGiven(given);
  if (typeof given === 'string') return given;
  throw new UserError('usage', {
    problem: `The model ${model} reads clips, not texts such as ${JSON.stringify(given.text)}.`,
    fix: 'Give the path of a clip, or a model that reads texts, such as names.',
  });
}

async function orFailed<T>(input: string, work: () => Promise<T>): Promise<T | Failed> {
  return work().catch(failureOf(input));
}

function encodingOfClips(model: string, encoding: string): UserError {
  return new UserError('usage', {
    problem: `--encoding ${encoding} is for texts, and the model ${model} reads clips.`,
    fix: 'Leave --encoding out.',
  });
}
