import type { Example } from '../datasets/dataset.js';
import type { Split } from '../datasets/split.js';
import { loadClassifiers } from '../engine/members.js';
import { UserError } from '../errors.js';
import { addKnownExamples } from '../evaluate/add-known-examples.js';
import { baselinePredictions, withScorers } from '../evaluate/baseline-predictions.js';
import { type Choices, chooseOnValidation } from '../evaluate/choices.js';
import { inOrder, type Scored, type Scorer, scoreExamples } from '../evaluate/score-examples.js';
import { countedOf } from '../platform/counted.js';
import { type Features, openFeatures } from '../predict/features.js';
import { type Baselines, measureBaselines, type TrainedBaseline } from '../tasks/classification/baselines.js';
import { assess, type Evaluation } from '../tasks/classification/evaluation.js';
import { type Prediction, predictionsOf } from '../tasks/classification/predictions.js';
import type { Weights } from '../tensors/tensor.js';
import type { OpenedTraining } from './open-training.js';
import { trainBaselines } from './train-baselines.js';
import type { ScoredTraining, Trained } from './train-network.js';

/** How a finished classifier did, and what was chosen for it on the validation part. */
export interface Scores extends Choices {
  /** On the test part, which nothing was chosen by; null when none of it can be read. */
  readonly test: Evaluation | null;
  /** On the test part, as are the predictions. */
  readonly baselines: Baselines | null;
  readonly predictions: readonly Prediction[];
  /** On the validation part, by which the choices were made. */
  readonly validationPredictions: readonly Prediction[];
}

/** What there is to say of the training of a classifier. */
export interface TrainingResult extends Trained, Scores {}

interface Finished {
  readonly members: readonly Weights[];
  readonly features: Features;
}

/**
 * Calibrates a finished network on the validation part, trains the baselines, and then, when
 * nothing is left to be chosen, scores all of them on the test part, which nothing else reads.
 *
 * @param options.targetPrecision share of answers in (0, 1] that are to be right: those too unsure for it, as the
 *   validation part has it, become unknown. All answers stand when absent.
 */
export async function scoreClassifier(
  opened: OpenedTraining,
  options: { members: readonly Weights[]; targetPrecision?: number | undefined },
): Promise<ScoredTraining<Scores>> {
  const { run } = opened;
  const { targetPrecision } = options;
  const { predicting: engine, networks, train } = run;
  const features = await openFeatures(run, { engine, members: options.members });
  try {
    const { seed } = run.pipeline;
    const { read } = features;
    const members = await addKnownExamples(options.members, {
      engine,
      networks,
      read,
      train,
      validation: run.validation,
      seed,
      signal: run.signal,
    });
    const { choices, predictions } = await choose(run, { members, features, targetPrecision });
    const baselines = await trainBaselines(run, { members, read });
    const finished = { members, features, trained: baselines };
    const tested = await scoreTest(opened, { ...finished, temperature: choices.temperature });
    const scores = { ...choices, validationPredictions: predictions, ...tested };
    return { members, scores, baselines };
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
 * As scoreClassifier, of the network alone, for trainings of which no more is wanted.
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
      signal: run.signal,
    });
  } finally {
    await classifier.release();
  }
}

async function scoreTest(
  { run, split }: OpenedTraining,
  options: Finished & { trained: readonly TrainedBaseline[]; temperature: number },
): Promise<Pick<Scores, 'test' | 'baselines' | 'predictions'>> {
  const { members, features, temperature, trained: baselines } = options;
  const { labels, pipeline, predicting: engine, networks, train } = run;
  if (split.test.length === 0) return NOTHING_TESTED;
  const contenders = { engine, networks, members, temperature, baselines };
  const { examples, logits, distances, attention } = await withScorers(
    contenders,
    { pipeline, examples: train },
    (scorers) => readTest({ run, split, features, scorers }),
  );
  if (examples.length === 0) return NOTHING_TESTED;
  const classifiers = baselinePredictions({ pipeline, train, classes: labels.length, examples, logits });
  const own = { examples, logits: logits.get('network')! };
  return {
    test: assess({ ...own, labels, seed: pipeline.seed }),
    baselines: measureBaselines({ examples, predictions: classifiers, seed: pipeline.seed }),
    predictions: predictionsOf({
      ...own,
      classifiers,
      distances: distances.get('network'),
      attention: attention.get('network'),
    }),
  };
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
    signal: run.signal,
  });
}

function nothingReadable({ length }: readonly Example[]): UserError {
  return new UserError('bad_dataset', {
    problem: `None of the ${countedOf(length, 'examples')} of the test part can be read.`,
    fix: 'Fix or replace what cannot be read in the dataset, or remove it.',
  });
}
