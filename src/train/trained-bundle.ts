import type { NewBundle } from '../bundle/bundle.js';
import { splitDigest } from '../datasets/split.js';
import { clipstepVersion } from '../platform/version.js';
import { modelCard } from '../report/model-card.js';
import { trainingReport } from '../report/training-report.js';
import { predictionsCsv } from '../tasks/classification/predictions.js';
import type { Weights } from '../tensors/tensor.js';
import { commandLine } from './command-line.js';
import type { PreparedTraining } from './prepare.js';
import type { TrainResult } from './train.js';

/** The file of what a model said of its validation part; there is none without that part. */
export const VALIDATION_PREDICTIONS = 'validation-predictions.csv';

/**
 * All files of a trained model: what it is, its weights, its model card, every figure, and a page of them.
 * @throws UserError as trainingReport.
 */
export async function trainedBundle(options: {
  prepared: PreparedTraining;
  members: readonly Weights[];
  result: TrainResult;
}): Promise<NewBundle> {
  const { prepared, members, result } = options;
  const { run, split, engine } = prepared;
  const { pipeline, labels } = run;
  const versions = { clipstep: clipstepVersion(), ...prepared.versions };
  const clips = { train: split.train.length, validation: split.validation.length, test: split.test.length };
  const command = commandOf(prepared);
  const metrics = {
    pipeline: pipeline.name,
    seed: pipeline.seed,
    engine,
    versions,
    dataset: prepared.datasetName,
    examples: clips,
    temperature: result.temperature,
    minProbability: result.minProbability,
    test: result.test,
    baselines: result.baselines,
    leaks: result.leaks,
    epochs: result.history,
    skipped: result.skipped,
  };
  return {
    manifest: {
      pipeline,
      labels: [...labels],
      test: summaryOf(result),
      data: splitDigest(run, split),
      temperature: result.temperature,
      minProbability: result.minProbability,
      seed: pipeline.seed,
      engine,
      versions,
    },
    members,
    files: {
      'README.md': modelCard({
        pipeline,
        labels,
        examples: clips,
        versions,
        engine,
        result,
        command,
      }),
      'metrics.json': `${JSON.stringify(metrics, null, 2)}\n`,
      'report.html': await trainingReport({ prepared, result, examples: clips, versions, command }),
      ...(result.predictions.length > 0 && {
        'predictions.csv': predictionsCsv(result.predictions, labels),
      }),
      ...(result.validationPredictions.length > 0 && {
        [VALIDATION_PREDICTIONS]: predictionsCsv(result.validationPredictions, labels),
      }),
    },
  };
}

function summaryOf({ test, baselines }: TrainResult): NewBundle['manifest']['test'] {
  if (!test) return null;
  const { examples, accuracy, balancedAccuracy, logLoss } = test;
  const [low, high] = test.interval;
  const shuffled = baselines?.classifiers.find(({ name }) => name === 'shuffled');
  return {
    ...{ examples, accuracy, interval: [low, high], balancedAccuracy, logLoss },
    // Without a recurrent layer, or with one timestep, order changes nothing.
    shuffledAccuracy: shuffled?.accuracy ?? accuracy,
  };
}

function commandOf({ run, engine, options }: PreparedTraining): string {
  return commandLine('train', options, [
    ...(options.targetPrecision ? ['--target-precision', options.targetPrecision] : []),
    ...['--engine', engine, '--seed', run.pipeline.seed],
  ]);
}
