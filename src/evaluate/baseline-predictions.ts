import type { Example } from '../datasets/dataset.js';
import type { Engine, SequenceClassifier } from '../engine/engine.js';
import { loadClassifiers } from '../engine/members.js';
import { middleOf } from '../inputs/batches.js';
import { linearNetworks, type Networks } from '../network/networks.js';
import type { Pipeline } from '../pipeline/schema.js';
import {
  type BaselineName,
  type BaselinePredictions,
  mostFrequentClass,
  readsOrder,
  type TrainedBaseline,
} from '../tasks/classification/baselines.js';
import { predictedClasses } from '../tasks/classification/evaluation.js';
import type { Weights } from '../tensors/tensor.js';
import { ngramPredictions } from './ngrams/ngram-predictions.js';
import { inOrder, type Scorer, shuffledOrder } from './score-examples.js';

/** A model and what it has to be better than. */
export interface Contenders {
  readonly engine: Engine;
  readonly networks: Networks;
  readonly members: readonly Weights[];
  readonly temperature: number;
  readonly baselines: readonly TrainedBaseline[];
}

/** Loads a model and its baselines, each a scorer by its name, for as long as the work takes. */
export async function withScorers<T>(
  contenders: Contenders,
  { pipeline, examples }: { pipeline: Pipeline; examples: readonly Example[] },
  work: (scorers: ReadonlyMap<BaselineName, Scorer>) => Promise<T>,
): Promise<T> {
  const loaded: SequenceClassifier[] = [];
  const load = async (options: Parameters<typeof loadClassifiers>[1]) => {
    const classifier = await loadClassifiers(contenders.engine, options);
    loaded.push(classifier);
    return classifier;
  };
  try {
    const network = await load(contenders);
    const scorers = new Map<BaselineName, Scorer>([['network', inOrder(network)]]);
    if (readsOrder(pipeline, examples)) scorers.set('shuffled', shuffledOrder(network, pipeline.seed));
    const networks = linearNetworks(contenders.networks);
    for (const { name, members } of contenders.baselines) {
      const whole = members.map((own, index) => new Map([...contenders.members[index]!, ...own]));
      const linear = inOrder(await load({ networks, members: whole, temperature: 1 }));
      scorers.set(name, BASELINE_SCORERS[name](linear));
    }
    return await work(scorers);
  } finally {
    for (const classifier of loaded) await classifier.release();
  }
}

/** What is left of a sequence before the linear classifier. */
const BASELINE_SCORERS: Readonly<Record<TrainedBaseline['name'], (linear: Scorer) => Scorer>> = {
  mean: (linear) => linear,
  middle: (linear) => (sequences, examples) => linear(sequences.map(middleOf), examples),
};

/**
 * The classes that all contenders say, and those that follow from the training part: its most frequent class, and what its
 * n-grams say. Without a training part, the most frequent class is that of the examples.
 */
export function baselinePredictions(options: {
  pipeline: Pipeline;
  train: readonly Example[];
  /** Whether the network was trained on that; true when absent. */
  isTrainedOn?: boolean | undefined;
  classes: number;
  examples: readonly Example[];
  /** Of each contender, float32 [examples, classes]. */
  logits: ReadonlyMap<BaselineName, Float32Array>;
}): BaselinePredictions {
  const { pipeline, train, isTrainedOn = true, classes, examples, logits } = options;
  const majority = mostFrequentClass(train.length > 0 ? train : examples);
  const known = isTrainedOn ? train : [];
  const ngrams = ngramPredictions(examples, { input: pipeline.input, train: known, classes });
  return new Map<BaselineName, readonly number[]>([
    ['majority', examples.map(() => majority)],
    ...(ngrams ? [['ngrams', ngrams] as const] : []),
    ...[...logits].map(([name, values]): [BaselineName, number[]] => [
      name,
      predictedClasses(values, classes),
    ]),
  ]);
}
