import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { isModel } from '../bundle/bundle.js';
import type { Example } from '../datasets/scan.js';
import { writeResult } from '../platform/write-result.js';
import { crossvalidationReport } from '../report/crossvalidation-report.js';
import { readStrips } from '../report/read-strips.js';
import { predictionsCsv } from '../tasks/classification/predictions.js';
import { commandLine } from '../train/command-line.js';
import type { CrossvalidateOptions, CrossvalidateResult } from './crossvalidate.js';
import { saveEnsemble } from './ensemble.js';
import type { Fold } from './fold.js';

/**
 * Writes metrics.json, predictions.csv, report.html and, when it is asked for, the ensemble.
 * @param options.examples of the dataset, where the report's frames are found.
 * @throws UserError as readStrips, saveBundle and writeResult.
 */
export async function writeResults(
  result: CrossvalidateResult,
  written: { folds: readonly Fold[]; examples: readonly Example[]; options: CrossvalidateOptions },
): Promise<void> {
  const { folds, examples, options } = written;
  const { folder, pipeline, ensemble } = result;
  const predictions = folds.flatMap((fold) => fold.predictions);
  const highlights = await readStrips({
    ...{ predictions, examples, pipeline },
    signal: options.signal,
  });
  const told = { folds, highlights, command: commandOf(options, result) };
  const metrics = metricsOf(result, folds);
  await writeResult(join(folder, 'metrics.json'), metrics);
  await writeResult(join(folder, 'predictions.csv'), predictionsOf(folds));
  await writeResult(join(folder, 'report.html'), await crossvalidationReport(result, told));
  if (ensemble === null) return;
  // A run that was resumed may have come this far before; the folds' models make it again.
  if (await isModel(ensemble)) await rm(ensemble, { recursive: true });
  await saveEnsemble(ensemble, { ...told, result, metrics });
}

/** What does it again. */
function commandOf(options: CrossvalidateOptions, { pipeline }: CrossvalidateResult): string {
  const { folds = 5, repeats = 1, choose = {}, innerFolds, targetPrecision, minProbability } = options;
  return commandLine('crossvalidate', options, [
    ...Object.entries(choose).flatMap(([name, values]) => ['--choose', `${name}=${values}`]),
    ...(innerFolds === undefined ? [] : ['--inner-folds', innerFolds]),
    ...(targetPrecision === undefined ? [] : ['--target-precision', targetPrecision]),
    ...(minProbability === undefined ? [] : ['--min-probability', minProbability]),
    ...['--folds', folds, '--repeats', repeats, '--seed', pipeline.seed],
    ...(options.ensemble ? ['--ensemble'] : []),
  ]);
}

/** Every figure, as JSON. */
function metricsOf(result: CrossvalidateResult, folds: readonly Fold[]): string {
  const { folder, ensemble, pipeline, labels, ...summary } = result;
  const { engine, versions } = folds[0]!.bundle.manifest;
  const { name, seed } = pipeline;
  return `${JSON.stringify({ pipeline: name, seed, engine, versions, labels, ...summary }, null, 2)}\n`;
}

/** What was said of every example, as CSV. */
function predictionsOf(folds: readonly Fold[]): string {
  const lines = folds.flatMap(({ position: { repeat, number }, predictions }) =>
    predictions.map((prediction) => ({ prediction, place: { repeat, fold: number } })),
  );
  return predictionsCsv(
    lines.map(({ prediction }) => prediction),
    folds[0]!.bundle.manifest.labels,
    (index) => lines[index]!.place,
  );
}
