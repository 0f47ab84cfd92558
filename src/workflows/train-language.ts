import { dirname, isAbsolute, join, resolve } from 'node:path';
import { type NewBundle, saveBundle } from '../bundle/bundle.js';
import { refuseOccupied } from '../bundle/model-folder.js';
import { UserError } from '../errors.js';
import { type Adjustments, readAdjustedPipeline } from '../pipeline/adjust-pipeline.js';
import type { Pipeline } from '../pipeline/schema.js';
import { whileLocked } from '../platform/lock-output.js';
import { findShipped } from '../platform/shipped.js';
import { languageCard } from '../report/language-card.js';
import { languageReport } from '../report/language-report.js';
import { requireTask } from '../tasks/commands.js';
import { checkpointPath, removeCheckpoint, withCheckpoint } from '../train/checkpoint.js';
import {
  type FinishedLanguage,
  type LanguageResult,
  trainLanguageModel,
} from '../train/language/train-language.js';
import { openTensorboard } from '../train/tensorboard.js';
import { commandLine } from './command-line.js';
import type { TrainOptions } from './train.js';

/** As of any training; `data` is a text file, or a folder with train.txt, valid.txt and test.txt. */
export type TrainLanguageOptions = Omit<TrainOptions, 'targetPrecision' | 'pipeline' | 'from'> & Adjustments;

export interface TrainLanguageResult extends LanguageResult {
  /** Folder of the trained model. */
  readonly folder: string;
}

/**
 * Trains a model of language, as trainLanguageModel, and writes the model's folder: model.json, weights.safetensors,
 * README.md (the model card), metrics.json and report.html (a page of it).
 *
 * @throws UserError as trainLanguageModel; `usage` for a pipeline of another task, or without a text.
 */
export async function trainLanguage(given: TrainLanguageOptions): Promise<TrainLanguageResult> {
  const options = { ...given, pipeline: await findShipped('pipeline', given.pipeline) };
  const pipeline = await readAdjustedPipeline(options);
  requireTask('language', { name: pipeline.name, pipeline, instead: 'train' });
  const board = options.tensorboard === undefined ? null : await openTensorboard(options.tensorboard);
  const folder = options.out ?? join('runs', pipeline.name);
  await refuseOccupied(folder);
  const path = checkpointPath(folder);
  const data = options.data ?? ownText(pipeline, dirname(resolve(options.pipeline)));
  const work = async (signal: AbortSignal): Promise<TrainLanguageResult> => {
    const finished = await trainLanguageModel({
      pipeline,
      data,
      engine: options.engine,
      checkpoints: { path, resume: options.resume ?? false },
      signal,
      onEvent: (event) => {
        board?.(event);
        options.onEvent?.(event);
      },
    });
    await saveBundle(folder, await languageBundle(finished, { command: commandOf(given, finished.result) }));
    await removeCheckpoint(path);
    return { folder, ...finished.result };
  };
  const { signal } = options;
  return whileLocked(folder, { signal, work: (own) => withCheckpoint(path, () => work(own)) });
}

function ownText({ name, data }: Pipeline, folder: string): string {
  if (data?.kind === 'texts' && data.path !== undefined) {
    return isAbsolute(data.path) ? data.path : resolve(folder, data.path);
  }
  throw new UserError('usage', {
    problem: `The pipeline ${name} does not say which text to train on, and --data is not given.`,
    fix: 'Add --data FILE: a text, or a folder with train.txt, valid.txt and test.txt.',
  });
}

async function languageBundle(
  { result, weights, digest }: FinishedLanguage,
  { command }: { command: string },
): Promise<NewBundle> {
  const { pipeline, vocabulary, test, engine, versions } = result;
  const { history, baselines, tokens, datasetName: dataset } = result;
  const { name, seed } = pipeline;
  const metrics = {
    pipeline: name,
    seed,
    engine,
    versions,
    dataset,
    tokens,
    test,
    baselines,
    epochs: history,
  };
  return {
    manifest: {
      pipeline,
      labels: [],
      vocabulary: [...vocabulary],
      test,
      data: digest,
      temperature: 1,
      minProbability: 0,
      seed,
      engine,
      versions,
    },
    members: [weights],
    files: {
      'README.md': languageCard(result, { command }),
      'metrics.json': `${JSON.stringify(metrics, null, 2)}\n`,
      'report.html': await languageReport(result, { command }),
    },
  };
}

function commandOf(options: TrainLanguageOptions, { engine, pipeline }: LanguageResult): string {
  return commandLine('train', options, ['--engine', engine, '--seed', pipeline.seed]);
}
