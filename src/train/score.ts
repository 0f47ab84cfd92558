import type { Example } from '../datasets/dataset.js';
import type { Split } from '../datasets/split.js';
import type { SequenceClassifier } from '../engine/engine.js';
import { loadClassifiers } from '../engine/members.js';
import { UserError } from '../errors.js';
import { type Choices, chooseOnValidation } from '../evaluate/choices.js';
import { ngramPredictions } from '../evaluate/ngrams/ngram-predictions.js';
import {
  inOrder,
  type Scored,
  type Scorer,
  scoreExamples,
  shuffledOrder,
} from '../evaluate/score-examples.js';
import { type Features, openFeatures } from '../predict/features.js';
import {
  type BaselineName,
  type BaselinePredictions,
  type Baselines,
  measureBaselines,
  mostFrequentClass,
  readsOrder,
} from '../tasks/classification/baselines.js';
import { assess, type Evaluation, predictedClasses } from '../tasks/classification/evaluation.js';
import { type Prediction, predictionsOf } from '../tasks/classification/predictions.js';
import { type ExampleTaskName, ofExampleTask } from '../tasks/tasks.js';
import type { Weights } from '../tensors/tensor.js';
import type { OpenedTraining } from './open-training.js';
import { middleOf, trainBaselines } from './train-baselines.js';

/** How a finished training did, and what was chosen for it on the validation part. */
export interface Scores extends Choices {
  /** On the test part, which nothing was chosen by; null when none of it can be read. */
  readonly test: Evaluation | null;
  /** On the test part, as are the predictions. */
  readonly baselines: Baselines | null;
  readonly predictions: readonly Prediction[];
  /** On the validation part, by which the choices were made. */
  readonly validationPredictions: readonly Prediction[];
}

interface Finished {
  readonly members: readonly Weights[];
  readonly features: Features;
}

type Score = (
  opened: OpenedTraining,
  options: { members: readonly Weights[]; targetPrecision: number | undefined },
) => Promise<Scores>;

/** By the pipeline's task. */
const SCORERS: Readonly<Record<ExampleTaskName, Score>> = { classification: scoreClassifier };

/** Scores a finished training as its task has it. Nothing else reads the test part. */
export const scoreTraining: Score = (opened, options) =>
  ofExampleTask(SCORERS, opened.run.pipeline)(opened, options);

/**
 * Calibrates a finished network on the validation part, trains the baselines, and then, when
 * nothing is left to be chosen, scores all of them on the test part.
 */
async function scoreClassifier(
  opened: OpenedTraining,
  { members, targetPrecision }: { members: readonly Weights[]; targetPrecision: number | undefined },
): Promise<Scores> {
  const { run, split } = opened;
  const features = await openFeatures(run, { engine: run.predicting, members });
  try {
    const { choices, predictions } = await choose(run, { members, features, targetPrecision });
    const validated = { ...choices, validationPredictions: predictions };
    if (split.test.length === 0) return { ...validated, ...NOTHING_TESTED };
    return { ...validated, ...(await scoreTest(opened, { members, features, ...choices })) };
  } finally {
    await features.release();
  }
}

/** What a network says of the examples of a test part. */
export interface Answered {
  readonly examples: readonly Example[];
  /** float32 [examples, classes], calibrated. */
  readonly logits: Float32Array;
}

/**
 * As scoreTraining, of the network alone, for trainings of which no more is wanted.
 * @throws UserError `bad_dataset` when nothing of the test part can be read.
 */
export async function scoreNetwork(
  { run, split }: OpenedTraining,
  members: readonly Weights[],
): Promise<Answered> {
  const { networks, predicting } = run;
  const features = await openFeatures(run, { engine: predicting, members });
  try {
    const { choices } = await choose(run, { members, features });
    const network = await loadClassifiers(predicting, {
      networks,
      members,
      temperature: choices.temperature,
    });
    try {
      const scorers = new Map([['network', inOrder(network)]]);
      const { examples, logits } = await readTest({ run, split, features, scorers });
      if (examples.length === 0) throw nothingReadable(split.test);
      return { examples, logits: logits.get('network')! };
    } finally {
      await network.release();
    }
  } finally {
    await features.release();
  }
}

const NOTHING_TESTED = { test: null, baselines: null, predictions: [] };

async function choose(
  run: OpenedTraining['run'],
  { members, features, targetPrecision }: Finished & { targetPrecision?: number | undefined },
): ReturnType<typeof chooseOnValidation> {
  const classifier = await loadClassifiers(run.predicting, {
    networks: run.networks,
    members,
    temperature: 1,
  });
  try {
    return await chooseOnValidation({
      classifier,
      read: features.read,
      onEvent: run.onEvent,
      validation: run.validation,
      targetPrecision,
    });
  } finally {
    await classifier.release();
  }
}

async function scoreTest(
  { run, split }: OpenedTraining,
  { members, features, temperature }: Finished & Choices,
): Promise<Pick<Scores, 'test' | 'baselines' | 'predictions'>> {
  const { labels, pipeline, predicting, networks } = run;
  const baselines = await trainBaselines(run, { members, read: features.read });
  const classifiers = new Map<BaselineName, SequenceClassifier>();
  try {
    classifiers.set('network', await loadClassifiers(predicting, { networks, members, temperature }));
    for (const { name, ...classifier } of baselines) {
      classifiers.set(name, await loadClassifiers(predicting, { ...classifier, temperature: 1 }));
    }
    const scorers = scorersOf(run, classifiers);
    const { examples, logits, attention } = await readTest({ run, split, features, scorers });
    if (examples.length === 0) return NOTHING_TESTED;
    const known = { input: pipeline.input, train: run.train, classes: labels.length };
    const ngrams = ngramPredictions(examples, known);
    const predicted = baselinePredictions({ run, examples, logits, ngrams });
    const own = { examples, logits: logits.get('network')! };
    return {
      test: assess({ ...own, labels, seed: pipeline.seed }),
      baselines: measureBaselines({ examples, predictions: predicted, seed: pipeline.seed }),
      predictions: predictionsOf({ ...own, classifiers: predicted, attention: attention.get('network') }),
    };
  } finally {
    for (const classifier of classifiers.values()) await classifier.release();
  }
}

function readTest<Name>(options: {
  run: OpenedTraining['run'];
  split: Split;
  features: Features;
  scorers: ReadonlyMap<Name, Scorer>;
}): Promise<Scored<Name>> {
  const { run, split, features, scorers } = options;
  return scoreExamples({
    examples: split.test,
    read: features.read,
    scorers,
    onClip: (done) => run.onEvent({ kind: 'reading', what: 'test', done, total: split.test.length }),
    onSkipped: (path, problem) => run.onEvent({ kind: 'skipped', path, problem }),
  });
}

function nothingReadable({ length }: readonly Example[]): UserError {
  return new UserError('bad_dataset', {
    problem: `None of the ${length} clips of the test part can be read.`,
    fix: 'Fix or replace the clips of the dataset that cannot be read, or remove them.',
  });
}

function scorersOf(
  run: OpenedTraining['run'],
  classifiers: ReadonlyMap<BaselineName, SequenceClassifier>,
): Map<BaselineName, Scorer> {
  const network = classifiers.get('network')!;
  const scorers = new Map<BaselineName, Scorer>([['network', inOrder(network)]]);
  if (readsOrder(run.pipeline, run.train)) {
    scorers.set('shuffled', shuffledOrder(network, run.pipeline.seed));
  }
  const [mean, middle] = [classifiers.get('mean'), classifiers.get('middle')];
  if (mean) scorers.set('mean', inOrder(mean));
  if (middle) {
    scorers.set('middle', (sequences, examples) => inOrder(middle)(sequences.map(middleOf), examples));
  }
  return scorers;
}

function baselinePredictions(options: {
  run: OpenedTraining['run'];
  examples: readonly Example[];
  logits: ReadonlyMap<BaselineName, Float32Array>;
  ngrams: readonly number[] | null;
}): BaselinePredictions {
  const { run, examples, logits, ngrams } = options;
  const majority = mostFrequentClass(run.train);
  return new Map<BaselineName, readonly number[]>([
    ['majority', examples.map(() => majority)],
    ...(ngrams ? [['ngrams', ngrams] as const] : []),
    ...[...logits].map(([name, values]): [BaselineName, number[]] => [
      name,
      predictedClasses(values, run.labels.length),
    ]),
  ]);
}
