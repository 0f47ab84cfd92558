import type { Example } from '../datasets/dataset.js';
import type { TrainerOptions } from '../engine/engine.js';
import { placesOfMembers } from '../engine/feature-places.js';
import { UserError } from '../errors.js';
import type { FrameSequence, RecurrentSequence } from '../inputs/batches.js';
import { framesOf, viewCount } from '../inputs/input-kinds.js';
import { asFeatures, type SequenceReader } from '../inputs/sequence-reader.js';
import { frameReader, inMemory } from '../inputs/video/sequences.js';
import { standardizationBeside, unfoldStandardization, withStandardization } from '../network/standardize.js';
import { countedOf } from '../platform/counted.js';
import { openFeatures } from '../predict/features.js';
import { exampleTaskOf, taskOf } from '../tasks/tasks.js';
import type { Weights } from '../tensors/tensor.js';
import type { Progress } from './checkpoint.js';
import { calibrated, inTraining } from './encoder-training.js';
import { exampleSteps } from './example-steps.js';
import { optimizerOf } from './optimizer.js';
import { outlierTurns } from './outlier-turns.js';
import { type Member, readOwn } from './plan-members.js';
import { readableExamples } from './readable-examples.js';
import { lengthOf, type Stage } from './stages.js';
import { standardizationOfExamples } from './standardization.js';
import { labelledSteps } from './step-data.js';
import { type StagePosition, type StageWork, type Training, trainStage } from './train-stage.js';

/**
 * Trains one stage; returns the weights of the whole network, with the standardization beside them where there is
 * one, and the progress at the stage's end. See fitStage.
 */
export async function runStage(
  run: Training,
  position: StagePosition,
): Promise<{ weights: Weights; progress: Progress }> {
  const { stage, member, start } = position;
  if (stage.scope.kind === 'everything') {
    return trainStage(run, position, await labelledWork(run, position, readerOfFrames(run, member)));
  }
  const features = await openFeatures(run, { engine: run.predicting, members: [start] });
  // Each stream's networks share an encoder that is not trained.
  const [place] = placesOfMembers(run.networks, [start]);
  try {
    return await trainOnFeatures(run, position, readOwn(features.read, { ...place!, place: member.stream }));
  } finally {
    await features.release();
  }
}

/** As runStage, on features that are given. */
export async function trainOnFeatures(
  run: Training,
  position: StagePosition,
  source: SequenceReader<RecurrentSequence>,
): Promise<{ weights: Weights; progress: Progress }> {
  // Rows of digits and texts are at hand; what was embedded is in a file each.
  const read = run.networks.encoder ? inMemory(asFeatures(source), run.memoryBytes) : source;
  const isStandardizing = run.pipeline.training.standardize && !position.checkpoint;
  const start = isStandardizing ? await standardized(run, position.start, read) : position.start;
  return trainStage(run, position, await labelledWork(run, { ...position, start }, read));
}

/** With the standardization of all timesteps of the training part beside them. */
async function standardized(
  run: Training,
  start: Weights,
  read: SequenceReader<RecurrentSequence>,
): Promise<Weights> {
  const examples = await readableExamples(run.train, { ...run, read, views: [0] });
  const width = run.networks.recurrent.inputs;
  const vectors = { read: asFeatures(read), width };
  const standardization = await standardizationOfExamples(examples, vectors);
  const own = run.origin?.readsFeatures
    ? unfoldStandardization(run.networks.recurrent, start, standardization)
    : start;
  return withStandardization(own, standardization);
}

/** A stage that learns the labels of sequences. */
async function labelledWork(
  run: Training,
  position: StagePosition,
  read: SequenceReader,
): Promise<StageWork> {
  const { stage, member } = position;
  const pipeline = { ...run.pipeline, seed: member.seed };
  const { seed } = pipeline;
  const listed = outlierTurns(run.outliers, { examples: run.train.length, seed });
  const { epochs } = lengthOf(stage, Math.ceil((run.train.length + listed.perEpoch) / stage.batchSize));
  const views = [...Array(Math.min(viewCount(pipeline), epochs)).keys()];
  const train = await readableExamples(run.train, { ...run, read, views });
  exampleTaskOf(pipeline).requireLearnable(run.labels, train);
  const outliers = await readableExamples(run.outliers, { ...run, read, views });
  requireOutliers(outliers, run);
  const validation = await readableExamples(run.validation, { ...run, read, views: ['evaluation'] });
  const start = isUntrained(run, position)
    ? await calibrated(run, {
        start: position.start,
        seed: member.seed,
        train,
        read: readerOfFrames(run, member),
      })
    : position.start;
  const { labels } = run;
  const all = [...train, ...outliers];
  const steps = exampleSteps({
    pipeline,
    batchSize: stage.batchSize,
    labels,
    train,
    outliers: outlierTurns(outliers, { examples: train.length, seed }),
    lengthOf: run.networks.recurrent.tokens ? await lengthsOf(all, read) : undefined,
    validation,
    read,
    readStep: labelledSteps(pipeline, { labels, train: all, read }),
  });
  return { trainer: trainerOptions(run, { stage, start }), pipeline, steps };
}

function requireOutliers(readable: readonly Example[], { outliers }: Training): void {
  const [first] = outliers;
  if (!first || readable.length > 0) return;
  throw new UserError('bad_dataset', {
    problem: `None of the ${countedOf(outliers.length, 'outliers')} can be read, such as ${first.path}.`,
    fix: 'Fix or replace those that were left out above, or leave outliers out.',
  });
}

/** Timesteps of each example. Texts differ in them as clips do not, and are read anew in no time. */
async function lengthsOf(
  examples: readonly Example[],
  read: SequenceReader,
): Promise<(example: Example) => number> {
  const lengths = new Map<Example, number>();
  for (const example of examples) lengths.set(example, (await read(example, 0)).timesteps);
  return (example) => lengths.get(example)!;
}

function trainerOptions(
  { networks, pipeline }: Training,
  { stage, start }: { stage: Stage; start: Weights },
): TrainerOptions {
  const { encoder, recurrent: network } = networks;
  const tuned = stage.scope.kind === 'everything' ? stage.scope : undefined;
  return {
    network,
    weights: start,
    loss: taskOf(pipeline).loss(pipeline),
    standardization: standardizationBeside(start),
    encoder: encoder && tuned ? inTraining(encoder, tuned.tuning) : undefined,
    optimizer: optimizerOf(pipeline, stage).hyperparameters,
    clipNorm: pipeline.training.clipNorm,
  };
}

/** Whether the encoder's weights are still as they were drawn. */
function isUntrained(
  { pipeline: { input, distil }, origin }: Training,
  { stage, checkpoint, progress }: StagePosition,
): boolean {
  if (origin) return false;
  const isFirst = stage.isFirst && !distil && progress.epoch === 0 && !checkpoint;
  const trainsEncoder = stage.scope.kind === 'everything';
  return isFirst && trainsEncoder && framesOf(input)?.encoder.weights === 'scratch';
}

/** The pictures of the stream that the member reads; of all streams where there is one network for them. */
function readerOfFrames(run: Training, member: Member): SequenceReader<FrameSequence> {
  const { name, training } = run.pipeline;
  const input = framesOf(run.pipeline.input);
  if (!input) throw new Error(`${name} has no frames to train on`);
  const streams = run.networks.apart > 1 ? [input.streams[member.stream]!] : input.streams;
  const { augmentation } = training;
  return frameReader({ ...run, input: { ...input, streams }, augmentation, seed: member.seed });
}
