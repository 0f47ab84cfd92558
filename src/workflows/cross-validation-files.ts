import type { Fold } from '../crossvalidate/fold.js';
import type { CrossValidation } from '../crossvalidate/run-folds.js';
import { crossvalidationReport, type FoldsTold } from '../report/crossvalidation-report.js';
import { predictionsCsv } from '../tasks/classification/predictions.js';

/** The files of a cross-validation, by name. */
export async function crossValidationFiles(
  result: CrossValidation,
  told: FoldsTold,
): Promise<Record<'metrics.json' | 'predictions.csv' | 'report.html', string>> {
  return {
    'metrics.json': metricsOf(result, told.folds),
    'predictions.csv': predictionsOf(result, told.folds),
    'report.html': await crossvalidationReport(result, told),
  };
}

/** Every figure, as JSON. */
function metricsOf(result: CrossValidation, folds: readonly Fold[]): string {
  const { folder, pipeline, labels, sizes, ...summary } = result;
  const { engine, versions } = folds[0]!.bundle.manifest;
  const { name, seed } = pipeline;
  return `${JSON.stringify({ pipeline: name, seed, engine, versions, labels, ...summary, sizes: sizes.length > 0 ? sizes : undefined }, null, 2)}\n`;
}

/** What was said of every example, as CSV. */
function predictionsOf({ labels, folds: figures }: CrossValidation, folds: readonly Fold[]): string {
  const lines = folds.flatMap(({ position: { repeat, number }, predictions }, index) => {
    const minProbability = figures[index]!.selection?.minProbability ?? 0;
    const limits = { minProbability, maxDistance: figures[index]!.maxDistance };
    return predictions.map((prediction) => ({ prediction, limits, place: { repeat, fold: number } }));
  });
  return predictionsCsv(
    lines.map(({ prediction }) => prediction),
    {
      labels,
      limits: (index) => lines[index]!.limits,
      extra: (index) => lines[index]!.place,
    },
  );
}
