import type { Example } from '../datasets/scan.js';
import { activationCount, type MobileNet } from '../encoder/mobilenet.js';
import type { Engine, TrainerOptions, TrainingOperations } from '../engine/engine.js';
import { placesOfMembers } from '../engine/members.js';
import type { FeatureSequence, FrameSequence } from '../inputs/batches.js';
import type { Cache } from '../inputs/feature-cache.js';
import { framesOf, viewCount } from '../inputs/input-kinds.js';
import type { SequenceReader } from '../inputs/sequence-reader.js';
import { frameReader, inMemory } from '../inputs/video/sequences.js';
import type { Networks } from '../network/networks.js';
import { type Standardization, standardizationBeside, withStandardization } from '../network/standardize.js';
import type { Pipeline } from '../pipeline/schema.js';
import { openFeatures } from '../predict/features.js';
import { random } from '../random.js';
import { requireEveryClass } from '../tasks/classification/require-every-class.js';
import type { Weights } from '../tensors/tensor.js';
import type { Checkpoint, Progress } from './checkpoint.js';
import { type FitOptions, fitStage } from './fit.js';
import { type Member, readOwn } from './members.js';
import { optimizerOf } from './optimizer.js';
import { readableExamples } from './readable-examples.js';
import type { Stage } from './stages.js';
import { standardizationOfExamples } from './standardization.js';
import { labelledSteps } from './step-data.js';
import type { TrainEvent } from './train-event.js';

/** What all stages of one training share. */
export interface Training {
  readonly pipeline: Pipeline;
  readonly networks: Networks;
  readonly labels: readonly string[];
  readonly train: readonly Example[];
  readonly validation: readonly Example[];
  /** Computes the features of an encoder that is not trained. */
  readonly predicting: Engine;
  readonly training: TrainingOperations;
  readonly cache: Cache;
  readonly save: (parts: Omit<Checkpoint, 'fingerprint' | 'members' | 'distilled'>) => Promise<void>;
  readonly onEvent: (event: TrainEvent) => void;
  readonly signal?: AbortSignal | undefined;
}

/** Where a stage starts, or goes on. */
export interface StagePosition {
  readonly stage: Stage;
  readonly member: Member;
  /** Weights of the whole network at the stage's start, with the standardization that an earlier stage measured. */
  readonly start: Weights;
  readonly progress: Progress;
  /** Given when the stage goes on from it. */
  readonly checkpoint?: Checkpoint | undefined;
}

/** Clips that calibrate a new encoder by one frame each: enough for stable means, few enough to be quick. */
const CALIBRATION_CLIPS = 64;

/**
 * What the encoder may keep of one micro-batch for its backward pass, in bytes. More would be no quicker:
 * a few frames already fill the cores.
 */
const MICRO_BATCH_BYTES = 2 ** 30;

/** Features of some 3,000 clips of 32 timesteps with 1280 features, which epochs then need not read again. */
const MEMORY_BYTES = 2 ** 29;

/**
 * Trains one stage; returns the weights of the whole network, with the standardization beside them where there is
 * one, and the progress at the stage's end. See fitStage.
 */
export async function runStage(
  run: Training,
  position: StagePosition,
): Promise<{ weights: Weights; progress: Progress }> {
  const { stage, member, start } = position;
  if (stage.scope.kind === 'everything') return trainOn(run, position, readerOfFrames(run, member));
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
  source: SequenceReader<FeatureSequence>,
): Promise<{ weights: Weights; progress: Progress }> {
  // Rows of digits are at hand; what was embedded is in a file each.
  const read = run.networks.encoder ? inMemory(source, MEMORY_BYTES) : source;
  if (!run.pipeline.training.standardize || position.checkpoint) return trainOn(run, position, read);
  const standardization = await standardizationOfTraining(run, read);
  return trainOn(run, { ...position, start: withStandardization(position.start, standardization) }, read);
}

/** Of all timesteps of the training part. */
async function standardizationOfTraining(
  run: Training,
  read: SequenceReader<FeatureSequence>,
): Promise<Standardization> {
  const examples = await readableExamples(run.train, { ...run, read, views: [0] });
  return standardizationOfExamples(examples, { read, width: run.networks.recurrent.inputs });
}

async function trainOn(
  run: Training,
  position: StagePosition,
  read: SequenceReader,
): Promise<{ weights: Weights; progress: Progress }> {
  const { stage, member } = position;
  const pipeline = { ...run.pipeline, seed: member.seed };
  const views = [...Array(Math.min(viewCount(pipeline), stage.epochs)).keys()];
  const train = await readableExamples(run.train, { ...run, read, views });
  requireEveryClass(run.labels, train);
  const validation = await readableExamples(run.validation, { ...run, read, views: ['evaluation'] });
  const start = isUntrained(run, position)
    ? await calibrated(run, {
        start: position.start,
        seed: member.seed,
        train,
        read: readerOfFrames(run, member),
      })
    : position.start;
  const readStep = labelledSteps(pipeline, { labels: run.labels, train, read });
  const { weights, progress } = await trainFrom(run, position, {
    trainer: trainerOptions(run, { stage, start }),
    fit: { pipeline, train, validation, read, readStep },
  });
  return { weights: new Map([...start, ...weights]), progress };
}

/** Trains a stage on what is given, from the weights of `trainer`, or goes on with it. */
export async function trainFrom(
  run: Training,
  { stage, checkpoint, progress }: Omit<StagePosition, 'start' | 'member'>,
  { trainer: options, fit }: { trainer: TrainerOptions; fit: FitData },
): Promise<{ weights: Weights; progress: Progress }> {
  const trainer = await run.training.createTrainer(options);
  try {
    if (checkpoint) await trainer.restore(checkpoint.trainer);
    const save = async (reached: Progress, best: Weights) =>
      run.save({ progress: reached, start: options.weights, best, trainer: await trainer.state() });
    const best = checkpoint?.best ?? new Map();
    if (!checkpoint) await save(progress, best);
    return await fitStage({ ...run, ...fit, trainer, stage, progress, best, save });
  } finally {
    await trainer.release();
  }
}

type FitData = Pick<FitOptions, 'pipeline' | 'train' | 'validation' | 'read' | 'readStep'>;

function trainerOptions(
  { networks, pipeline }: Training,
  { stage, start }: { stage: Stage; start: Weights },
): TrainerOptions {
  const { encoder, recurrent: network } = networks;
  const standardization = standardizationBeside(start);
  return {
    ...{ network, weights: start, loss: 'cross-entropy' },
    ...(standardization && { standardization }),
    ...(encoder &&
      stage.scope.kind === 'everything' && { encoder: inTraining(encoder, stage.scope.fromBlock) }),
    ...{ optimizer: optimizerOf(pipeline).hyperparameters, clipNorm: pipeline.training.clipNorm },
  };
}

/** An encoder as a trainer wants it, its blocks trained from that one on. */
export function inTraining(network: MobileNet, fromBlock: number): NonNullable<TrainerOptions['encoder']> {
  const frameBytes = activationCount(network) * Float32Array.BYTES_PER_ELEMENT;
  const framesPerMicroBatch = Math.max(1, Math.floor(MICRO_BATCH_BYTES / frameBytes));
  return { network, fromBlock, framesPerMicroBatch };
}

/** Whether the encoder's weights are still as they were drawn. */
function isUntrained(
  { pipeline: { input, distil } }: Training,
  { stage, checkpoint, progress }: StagePosition,
): boolean {
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

/** The weights with those of the encoder calibrated on frames of the training part; see TrainingOperations. */
export async function calibrated(
  run: Training,
  options: {
    start: Weights;
    seed: number;
    train: readonly Example[];
    read: SequenceReader<FrameSequence>;
  },
): Promise<Weights> {
  const { start, seed, train, read } = options;
  const stream = random(seed, 'calibrate');
  const frames: Uint8Array[] = [];
  for (const example of stream.shuffle(train).slice(0, CALIBRATION_CLIPS)) {
    frames.push(oneFrame(await read(example, 0), stream.float()));
  }
  const encoder = await run.training.calibrate(run.networks.encoder!, start, Buffer.concat(frames));
  return new Map([...start, ...encoder]);
}

function oneFrame({ data, timesteps }: FrameSequence, position: number): Uint8Array {
  const bytes = data.length / timesteps;
  const index = Math.floor(position * timesteps);
  return data.subarray(index * bytes, (index + 1) * bytes);
}
