import type { FoundModel } from '../bundle/find-model.js';
import { UserError } from '../errors.js';
import type { ClassifyOptions, ClipClassifier, OpenOptions } from './classify-options.js';
import { type Given, requireGiven, requireList } from './given.js';
import type { Outcome } from './outcome.js';
import { type ModelThreads, startModelThreads } from './thread/model-threads.js';
import type { LoadedModel } from './thread/protocol.js';

// Loading a model takes longest. What is imported above starts its threads and no more; all else is loaded meanwhile.

/**
 * Classifies files, frame folders, folders of clips, globs and `%04d` patterns, in the order given; for a model
 * of single pictures, each picture of a folder or pattern by itself; for a model of texts, these, or files of them.
 * Each result comes as soon as it is there; an input that cannot be read yields a `failed` one.
 *
 * @param model folder of a trained model, the name of one that ships, or `imagenet`.
 * @throws UserError as openClassifier, or `aborted` when the signal is. TypeError for inputs that are no list of paths or
 *   texts.
 */
export async function* classify(
  model: string,
  inputs: readonly Given[],
  options: ClassifyOptions = {},
): AsyncGenerator<Outcome, void, undefined> {
  requireList(inputs);
  inputs.forEach(requireGiven);
  const opening = openClassifier(model, options);
  void prepareMedia(inputs);
  const classifier = await opening;
  try {
    yield* classifier.classifyAll(inputs, options);
  } finally {
    await classifier.release();
  }
}

/**
 * Opens a trained model: its threads are started at once, and clips can be given as soon as its manifest is read.
 *
 * @param model its folder, the name of one that ships, or `imagenet`.
 * @throws UserError `not_found` or `bad_bundle` where there is no model, `usage` for one that answers no clips or for
 *   a number of threads that is none.
 */
export async function openClassifier(model: string, options: OpenOptions = {}): Promise<ClipClassifier> {
  requireThreads(options);
  const finding = import('../bundle/find-model.js').then(({ findModel }) => findModel(model, options));
  const threads = startThreads(options, readModel(finding));
  try {
    const { openByInput } = await import('./open-by-input.js');
    return openByInput(threads, { bundle: await finding, options });
  } catch (error) {
    await threads.release();
    throw error;
  }
}

function startThreads(
  { engine = 'auto', threads = 1 }: OpenOptions,
  model: ReturnType<typeof readModel>,
): ModelThreads {
  // TensorFlow has threads of its own for the whole process.
  if (threads === 1 || engine === 'tensorflow') return startModelThreads({ engine, model }, 1);
  return startModelThreads({ engine, model, threads: 1 }, threads);
}

function requireThreads({ threads = 1 }: OpenOptions): void {
  if (Number.isInteger(threads) && threads >= 1) return;
  throw new UserError('usage', {
    problem: `A model cannot compute in ${threads} threads.`,
    fix: 'Give a whole number from 1.',
  });
}

async function readModel(finding: Promise<FoundModel>): Promise<LoadedModel> {
  const [{ completeBundle }, { loadedModel }, found] = await Promise.all([
    import('../bundle/bundle.js'),
    import('./thread/loaded-model.js'),
    finding,
  ]);
  return loadedModel(await completeBundle(found));
}

/** Asks ffmpeg for its version while other things are loaded, where an input has a clip's name: images need none. */
async function prepareMedia(inputs: readonly Given[]): Promise<void> {
  const { isClipName } = await import('../media/clip-names.js');
  if (!inputs.some((given) => typeof given === 'string' && isClipName(given))) return;
  const { prepareFfmpeg } = await import('../media/ffmpeg/ffmpeg.js');
  await prepareFfmpeg();
}
