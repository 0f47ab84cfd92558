import { dirname, join, resolve } from 'node:path';
import type { CrossvalidateOptions } from '../crossvalidate/crossvalidate-options.js';
import { type CrossValidation, runFolds } from '../crossvalidate/run-folds.js';
import type { Dataset } from '../datasets/dataset.js';
import { openTrainingData } from '../datasets/open-data.js';
import type { Pipeline } from '../pipeline/schema.js';
import { whileLocked } from '../platform/lock-output.js';
import { makeFolder } from '../platform/make-folder.js';
import { findShipped } from '../platform/shipped.js';
import { cannotWriteResult, writeResult } from '../platform/write-result.js';
import { readStrips } from '../report/read-strips.js';
import { commandLine } from './command-line.js';
import { crossValidationFiles } from './cross-validation-files.js';
import { saveEnsemble } from './ensemble.js';
import { train } from './train.js';

export interface CrossvalidateResult extends CrossValidation {
  /** Folder of the model that averages the folds; null when none was asked for. */
  readonly ensemble: string | null;
}

/**
 * Cross-validates a pipeline, as runFolds, and writes repeat-<r>/fold-<f> (models as train writes them),
 * predictions.csv (of every example, by the network that had not seen it), metrics.json and report.html (a page of it),
 * and when asked for, ensemble (a model).
 *
 * @throws UserError as runFolds and train.
 */
export async function crossvalidate(given: CrossvalidateOptions): Promise<CrossvalidateResult> {
  const { out } = given;
  await makeFolder(dirname(resolve(out))).catch((cause: unknown) =>
    Promise.reject(cannotWriteResult(out, cause)),
  );
  const work = (signal: AbortSignal) => crossvalidateInto({ ...given, signal });
  return whileLocked(out, { signal: given.signal, work });
}

async function crossvalidateInto(given: CrossvalidateOptions): Promise<CrossvalidateResult> {
  const options = { ...given, pipeline: await findShipped('pipeline', given.pipeline) };
  const { folds, result } = await runFolds(options, train);
  const { folder, pipeline } = result;
  const predictions = folds.flatMap((fold) => fold.predictions);
  const dataset = await datasetOf(options, pipeline);
  const { examples } = dataset;
  const highlights = await readStrips({ predictions, examples, pipeline, signal: options.signal });
  const told = { folds, highlights, command: commandOf(given, pipeline) };
  const files = await crossValidationFiles(result, told);
  for (const [name, content] of Object.entries(files)) await writeResult(join(folder, name), content);
  if (!options.ensemble) return { ...result, ensemble: null };
  const ensemble = join(folder, 'ensemble');
  await saveEnsemble(ensemble, { ...told, result, dataset, metrics: files['metrics.json'] });
  return { ...result, ensemble };
}

/** Where the report's frames are found. */
async function datasetOf(options: CrossvalidateOptions, pipeline: Pipeline): Promise<Dataset> {
  const { data, signal } = options;
  const pipelineFolder = dirname(resolve(options.pipeline));
  // Each fold has described its data.
  const { dataset } = await openTrainingData({ pipeline, pipelineFolder, data, signal, onEvent: () => {} });
  return dataset;
}

/** What does it again. */
function commandOf(options: CrossvalidateOptions, { seed }: Pipeline): string {
  const { folds = 5, repeats = 1, choose = {}, innerFolds, targetPrecision, minProbability, sizes } = options;
  return commandLine('crossvalidate', options, [
    ...Object.entries(choose).flatMap(([name, values]) => ['--choose', `${name}=${values}`]),
    ...(innerFolds === undefined ? [] : ['--inner-folds', innerFolds]),
    ...(targetPrecision === undefined ? [] : ['--target-precision', targetPrecision]),
    ...(minProbability === undefined ? [] : ['--min-probability', minProbability]),
    ...(sizes === undefined ? [] : ['--sizes', sizes.join()]),
    ...['--folds', folds, '--repeats', repeats, '--seed', seed],
    ...(options.ensemble ? ['--ensemble'] : []),
  ]);
}
