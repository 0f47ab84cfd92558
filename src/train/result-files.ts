import { join } from 'node:path';
import * as z from 'zod';
import { listIssues, messageOf, UserError } from '../errors.js';
import { LEAK_KINDS } from '../evaluate/leaks.js';
import { exists } from '../platform/exists.js';
import { readRegularText } from '../platform/regular-file.js';
import { type Prediction, parsePredictions, predictionsCsv } from '../tasks/classification/predictions.js';
import type { TrainingResult } from './score.js';

const METRICS = 'metrics.json';
const PREDICTIONS = 'predictions.csv';
const VALIDATION_PREDICTIONS = 'validation-predictions.csv';

/**
 * Every figure of a training, and what it says of its test and validation parts, as files by name; there is none for a
 * part of which nothing was said.
 */
export function resultFiles(result: TrainingResult): Record<string, string> {
  const { test, baselines, leaks, skipped, labels, predictions, validationPredictions } = result;
  const metrics = {
    pipeline: result.pipeline.name,
    seed: result.pipeline.seed,
    engine: result.engine,
    versions: result.versions,
    dataset: result.datasetName,
    examples: result.examples,
    temperature: result.temperature,
    minProbability: result.minProbability,
    maxDistance: result.maxDistance,
    test,
    baselines,
    leaks,
    epochs: result.history,
    skipped,
  };
  const files: Record<string, string> = { [METRICS]: `${JSON.stringify(metrics, null, 2)}\n` };
  const columns = { labels, limits: () => result };
  if (predictions.length > 0) files[PREDICTIONS] = predictionsCsv(predictions, columns);
  if (validationPredictions.length > 0) {
    files[VALIDATION_PREDICTIONS] = predictionsCsv(validationPredictions, columns);
  }
  return files;
}

const part = z.enum(['train', 'validation', 'test']);

const metricsSchema = z.object({
  examples: z.object({ train: z.int().min(0) }),
  leaks: z.array(
    z.object({
      kind: z.enum(LEAK_KINDS),
      ids: z.tuple([z.string(), z.string()]),
      parts: z.tuple([part, part]),
    }),
  ),
  skipped: z.array(z.object({ path: z.string(), problem: z.string() })),
});

/** What resultFiles says of a training's examples. */
export interface KeptResults
  extends Pick<TrainingResult, 'predictions' | 'validationPredictions' | 'leaks' | 'skipped'> {
  /** Examples of its training part. */
  readonly trained: number;
}

/**
 * Reads again what resultFiles made, from the folder of a model.
 * @param labels the model's.
 * @throws UserError as parsePredictions; `usage` for a file that cannot be read.
 */
export async function readResultFiles(folder: string, labels: readonly string[]): Promise<KeptResults> {
  const read = async (name: string): Promise<Prediction[]> => {
    const path = join(folder, name);
    if (!(await exists(path))) return [];
    return parsePredictions(await readRegularText(path).catch(unreadable(path)), labels, path);
  };
  const { examples, leaks, skipped } = await readMetrics(join(folder, METRICS));
  return {
    predictions: await read(PREDICTIONS),
    validationPredictions: await read(VALIDATION_PREDICTIONS),
    trained: examples.train,
    leaks,
    skipped,
  };
}

async function readMetrics(path: string): Promise<z.infer<typeof metricsSchema>> {
  try {
    return metricsSchema.parse(JSON.parse(await readRegularText(path)));
  } catch (cause) {
    return unreadable(path)(cause);
  }
}

const unreadable =
  (path: string) =>
  (cause: unknown): never => {
    const what = cause instanceof z.ZodError ? `does not fit:\n${listIssues(cause)}` : messageOf(cause);
    throw new UserError('usage', {
      problem: `The results of a training in ${path} cannot be read: ${what}`,
      fix: 'Remove the folder that they are in, and train again.',
      cause,
    });
  };
