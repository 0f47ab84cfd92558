import { access } from 'node:fs/promises';
import { isAbsolute, join, resolve } from 'node:path';
import { cacheFolder } from '../../cache-folder.js';
import type { Pipeline } from '../../config.js';
import { generateMotion } from '../../data/motion/generate.js';
import { type Dataset, scanDataset } from '../../data/scan.js';
import { UserError } from '../../errors.js';
import { clipstepVersion } from '../../version.js';
import type { TrainEvent } from './events.js';

/**
 * The dataset that a training uses: the folder or manifest that was asked for, else the one that the
 * pipeline names, which is generated when it is made of generated clips that are not there yet.
 *
 * @throws UserError `usage` when neither says where data is, `bad_dataset` as data/scan.ts tells.
 */
export async function openTrainingData(options: {
  pipeline: Pipeline;
  /** Folder of the pipeline's file: relative paths in it start there. */
  pipelineFolder: string;
  data?: string;
  onEvent: (event: TrainEvent) => void;
  signal?: AbortSignal;
}): Promise<Dataset> {
  return scanDataset(options.data ?? (await pipelineData(options)));
}

async function pipelineData(options: Parameters<typeof openTrainingData>[0]): Promise<string> {
  const { pipeline, pipelineFolder } = options;
  const { data } = pipeline;
  if (!data) {
    throw new UserError('usage', {
      problem: `The pipeline ${pipeline.name} does not say what to train on, and --data is not given.`,
      fix: 'Add --data DIR: a folder with one folder of clips a class, or a manifest.',
    });
  }
  switch (data.kind) {
    case 'folder':
      return isAbsolute(data.path) ? data.path : resolve(pipelineFolder, data.path);
    case 'motion':
      return generatedMotion(data, options);
  }
}

/** Generated clips are kept in the cache, in a folder named by all that they come from. */
async function generatedMotion(
  { train, test }: Extract<NonNullable<Pipeline['data']>, { kind: 'motion' }>,
  { onEvent, signal }: Pick<Parameters<typeof openTrainingData>[0], 'onEvent' | 'signal'>,
): Promise<string> {
  const name = [train, test].map(({ perClass, seed }) => `${perClass}x${seed}`).join('-');
  const folder = cacheFolder('datasets', `motion-${clipstepVersion()}-${name}`);
  for (const [part, settings] of Object.entries({ train, test })) {
    const target = join(folder, part);
    if (await exists(target)) continue;
    onEvent({ kind: 'note', message: `Generating ${settings.perClass} clips a class in ${target}` });
    await generateMotion({
      folder: target,
      ...settings,
      onClip: (done, total) => onEvent({ kind: 'reading', what: 'generate', done, total }),
      ...(signal && { signal }),
    });
  }
  return folder;
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
