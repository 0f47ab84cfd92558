import type { NewBundle } from '../../bundle/bundle.js';
import type { Weights } from '../../tensors/tensor.js';
import { clipstepVersion } from '../../version.js';
import type { Evaluation } from '../evaluate.js';
import { modelCard } from './model-card.js';
import type { PreparedTraining } from './prepare.js';
import type { TrainResult } from './train.js';

/** All files of a trained model: what it is, its weights, its model card and every figure. */
export function trainedBundle(options: {
  prepared: PreparedTraining;
  weights: Weights;
  result: TrainResult;
}): NewBundle {
  const { prepared, weights, result } = options;
  const { run, split, engine } = prepared;
  const { pipeline, labels } = run;
  const versions = { clipstep: clipstepVersion(), ...prepared.versions };
  const clips = { train: split.train.length, validation: split.validation.length, test: split.test.length };
  const metrics = {
    pipeline: pipeline.name,
    seed: pipeline.seed,
    engine,
    versions,
    dataset: prepared.datasetName,
    examples: clips,
    test: result.test,
    epochs: result.history,
    skipped: result.skipped,
  };
  return {
    manifest: {
      pipeline,
      labels: [...labels],
      test: summaryOf(result.test),
      seed: pipeline.seed,
      engine,
      versions,
    },
    weights,
    files: {
      'README.md': modelCard({
        pipeline,
        labels,
        examples: clips,
        versions,
        engine,
        result,
        weights,
        command: commandOf(prepared),
      }),
      'metrics.json': `${JSON.stringify(metrics, null, 2)}\n`,
    },
  };
}

function summaryOf(test: Evaluation | null): NewBundle['manifest']['test'] {
  if (!test) return null;
  const { examples, accuracy, balancedAccuracy, logLoss, shuffledAccuracy } = test;
  const [low, high] = test.interval;
  return { examples, accuracy, interval: [low, high], balancedAccuracy, logLoss, shuffledAccuracy };
}

function commandOf({ run, engine, options }: PreparedTraining): string {
  const flags = [
    ...(options.data ? ['--data', options.data] : []),
    ...(options.weights ? ['--weights', options.weights] : []),
    ...Object.entries(options.set ?? {}).flatMap(([name, value]) => ['--set', `${name}=${value}`]),
    ...['--engine', engine, '--seed', run.pipeline.seed],
  ];
  return ['clipstep train', options.pipeline, ...flags].join(' ');
}
