import type { Bundle } from '../bundle/bundle.js';
import type { Example } from '../datasets/dataset.js';
import type { Engine } from '../engine/engine.js';
import { loadClassifiers } from '../engine/members.js';
import type { EvaluationEvent } from '../evaluate/evaluation-event.js';
import {
  inOrder,
  type Scored,
  type Scorer,
  scoreExamples,
  shuffledOrder,
} from '../evaluate/score-examples.js';
import type { Cache } from '../inputs/feature-cache.js';
import type { Pipeline } from '../pipeline/schema.js';
import { openFeatures } from '../predict/features.js';
import { readsOrder } from '../tasks/classification/baselines.js';
import { assess, type Evaluation, predictedClasses } from '../tasks/classification/evaluation.js';
import { softmax } from '../tasks/classification/metrics.js';

export interface Comparison {
  readonly float32: Evaluation;
  readonly int8: Evaluation;
  /** Of int8, with each clip's frames in a random order. */
  readonly shuffledAccuracy: number;
  /** Share of the test part that both give the same class. */
  readonly agreement: number;
  /** How far the probabilities of the two are apart, over all classes and examples of the test part. */
  readonly probabilityDifference: { readonly mean: number; readonly largest: number };
}

interface Run {
  readonly pipeline: Pipeline;
  readonly cache: Cache;
  readonly onEvent: (event: EvaluationEvent) => void;
  readonly signal?: AbortSignal | undefined;
}

interface Models {
  readonly float32: Bundle;
  readonly int8: Bundle;
  readonly engine: Engine;
  readonly test: readonly Example[];
}

/** Scores both models on the same clips; null when there are none, or none can be read. */
export async function compareModels(run: Run, models: Models): Promise<Comparison | null> {
  const { test } = models;
  const before = await score(run, { ...models, bundle: models.float32 });
  const after = await score(run, { ...models, bundle: models.int8 });
  const { examples } = after;
  if (test.length === 0 || examples.length === 0) return null;
  const { labels, pipeline } = models.int8.manifest;
  const assessed = (logits: Float32Array) => assess({ examples, logits, labels, seed: pipeline.seed });
  const [first, second] = [before, after].map(({ logits }) => logits.get('network')!) as [
    Float32Array,
    Float32Array,
  ];
  const int8 = assessed(second);
  const shuffled = after.logits.get('shuffled');
  return {
    float32: assessed(first),
    int8,
    shuffledAccuracy: shuffled ? assessed(shuffled).accuracy : int8.accuracy,
    ...differences(first, second, labels.length),
  };
}

function differences(
  first: Float32Array,
  second: Float32Array,
  classes: number,
): Pick<Comparison, 'agreement' | 'probabilityDifference'> {
  const [labels, others] = [first, second].map((logits) => predictedClasses(logits, classes)) as [
    number[],
    number[],
  ];
  const [values, otherValues] = [first, second].map((logits) => probabilitiesOf(logits, classes)) as [
    number[],
    number[],
  ];
  const apart = values.map((probability, index) => Math.abs(probability - otherValues[index]!));
  return {
    agreement: labels.filter((label, index) => label === others[index]).length / labels.length,
    probabilityDifference: {
      mean: apart.reduce((sum, difference) => sum + difference, 0) / apart.length,
      largest: apart.reduce((most, difference) => Math.max(most, difference)),
    },
  };
}

function probabilitiesOf(logits: Float32Array, classes: number): number[] {
  return Array.from({ length: logits.length / classes }, (_, row) =>
    softmax(logits.subarray(row * classes, (row + 1) * classes)),
  ).flat();
}

async function score(run: Run, options: Models & { bundle: Bundle }): Promise<Scored<string>> {
  const { engine, bundle, test } = options;
  const { networks, members, manifest } = bundle;
  const features = await openFeatures({ ...run, networks }, { engine, members });
  const classifier = await loadClassifiers(engine, { networks, members, temperature: manifest.temperature });
  const scorers = new Map<string, Scorer>([['network', inOrder(classifier)]]);
  if (readsOrder(run.pipeline, test)) {
    scorers.set('shuffled', shuffledOrder(classifier, run.pipeline.seed));
  }
  try {
    return await scoreExamples({
      examples: test,
      read: features.read,
      scorers,
      onClip: (done) => run.onEvent({ kind: 'reading', what: 'test', done, total: test.length }),
      signal: run.signal,
    });
  } finally {
    await classifier.release();
    await features.release();
  }
}
