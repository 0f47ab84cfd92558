import type { Example } from '../datasets/dataset.js';
import { mobileNetParameters } from '../encoder/encoder-parameters.js';
import { featureCount, featuresAlone } from '../encoder/mobilenet.js';
import type { TrainerOptions } from '../engine/engine.js';
import { featuresOnly } from '../engine/feature-places.js';
import type { FeatureSequence, FrameSequence } from '../inputs/batches.js';
import { framesOf, viewCount } from '../inputs/input-kinds.js';
import { asFeatures, type SequenceReader } from '../inputs/sequence-reader.js';
import type { FramesInput, Stream } from '../inputs/video/frames-schema.js';
import { frameReader } from '../inputs/video/sequences.js';
import { networksOf } from '../network/networks.js';
import type { RecurrentNetwork } from '../network/recurrent.js';
import { recurrentParameters } from '../network/recurrent-parameters.js';
import type { Pipeline } from '../pipeline/schema.js';
import { openFeatures } from '../predict/features.js';
import { exampleTaskOf } from '../tasks/tasks.js';
import { elementCount, type ParameterSpec, requireTensor, type Weights } from '../tensors/tensor.js';
import type { Progress } from './checkpoint.js';
import { calibrated, inTraining } from './encoder-training.js';
import { exampleSteps } from './example-steps.js';
import { trainedEncoder } from './initial-weights.js';
import { optimizerOf } from './optimizer.js';
import { pictureSteps } from './picture-steps.js';
import { readableExamples } from './readable-examples.js';
import { standardizationOfExamples } from './standardization.js';
import { type StagePosition, type Training, trainStage } from './train-stage.js';

/**
 * Distillation: trains the encoder to give what a larger one, its teacher, gives of the same pictures of the training
 * part (Romero et al. 2015, arXiv 1412.6550; Hinton et al. 2015, arXiv 1503.02531). A linear layer on the encoder's
 * features predicts the teacher's, which are brought to mean 0 and deviation 1; the loss is the mean of the squared
 * differences, 1 where the layer knows nothing. The layer is thrown away.
 *
 * @param position.start the encoder's first weights among others.
 * @param position.pipelineFolder where a relative folder of the teacher's weights starts.
 * @returns the encoder's weights after the last epoch.
 * @throws UserError as fitStage and initialEncoder.
 */
export async function distil(
  run: Training,
  position: StagePosition & { pipelineFolder: string },
): Promise<{ weights: Weights; progress: Progress }> {
  const teaching = teacherOf(run);
  const network = teaching.networks.encoder!;
  const { weights: source } = settingsOf(run).teacher;
  const weights = await trainedEncoder(network, { ...position, weights: source });
  const teacher = await openFeatures(teaching, { engine: run.predicting, members: [weights] });
  try {
    const encoded = asFeatures(teacher.read);
    const read: Teacher['read'] = async (example, view) =>
      featuresOnly(await encoded(example, view), network);
    return await learn(run, position, { read, width: featureCount(network) });
  } finally {
    await teacher.release();
  }
}

interface Teacher {
  /** Of all pictures of a timestep, one after the other. */
  readonly read: SequenceReader<FeatureSequence>;
  /** Features of a picture. */
  readonly width: number;
}

async function learn(
  run: Training,
  position: StagePosition,
  teacher: Teacher,
): Promise<{ weights: Weights; progress: Progress }> {
  const { seed, training } = run.pipeline;
  const { pictures } = settingsOf(run);
  const student = frameReader({ ...run, input: inputOf(run), augmentation: training.augmentation, seed });
  const train = await readableOfBoth(run, { student, teacher });
  const options = await trainerOptions(run, position, { train, student, outputs: teacher.width });
  const standardization = await standardizationOfExamples(train, teacher);
  const views = viewCount(run.pipeline);
  const readStep = pictureSteps({ seed, pictures, views, student, teacher: teacher.read, standardization });
  const pipeline = settingsOfFit(run);
  const { weights, progress } = await trainStage(run, position, {
    trainer: options,
    pipeline,
    steps: exampleSteps({
      pipeline,
      batchSize: position.stage.batchSize,
      labels: run.labels,
      train,
      validation: [],
      read: student,
      readStep,
    }),
  });
  const own = mobileNetParameters(run.networks.encoder!);
  return { weights: new Map(own.map(({ name }) => [name, requireTensor(weights, name)])), progress };
}

/** Clips that either cannot read are named by the stages after this one. */
async function readableOfBoth(
  run: Training,
  { student, teacher }: { student: SequenceReader<FrameSequence>; teacher: Teacher },
): Promise<Example[]> {
  const { epochs } = settingsOf(run);
  const train = await readableExamples(run.train, {
    ...run,
    read: async (example, view) => {
      await teacher.read(example, view);
      return student(example, view);
    },
    views: [...Array(Math.min(viewCount(run.pipeline), epochs)).keys()],
    onEvent: (event) => event.kind !== 'skipped' && run.onEvent(event),
  });
  exampleTaskOf(run.pipeline).requireLearnable(run.labels, train);
  return train;
}

async function trainerOptions(
  run: Training,
  { start: given, checkpoint }: StagePosition,
  data: { train: readonly Example[]; student: SequenceReader<FrameSequence>; outputs: number },
): Promise<TrainerOptions> {
  const { seed, training } = run.pipeline;
  const encoder = run.networks.encoder!;
  const network: RecurrentNetwork = {
    cell: 'lstm',
    units: 1,
    layers: 0,
    bidirectional: false,
    dropout: 0,
    readout: 'mean',
    inputs: featureCount(encoder),
    classes: data.outputs,
  };
  const { train, student: read } = data;
  const isDrawn = inputOf(run).encoder.weights === 'scratch' && !checkpoint;
  const start = isDrawn ? await calibrated(run, { start: given, seed, train, read }) : given;
  const ofEncoder = mobileNetParameters(encoder).map(
    ({ name }) => [name, requireTensor(start, name)] as const,
  );
  const ofHead = checkpoint ? start : zeros(recurrentParameters(network));
  return {
    network,
    weights: new Map([...ofHead, ...ofEncoder]),
    loss: 'squares',
    encoder: inTraining(encoder, { fromBlock: 0 }),
    clipNorm: training.clipNorm,
    optimizer: optimizerOf(settingsOfFit(run)).hyperparameters,
  };
}

/** A head that says the mean of everything: whatever else it began with would only have to be unlearned. */
function zeros(parameters: readonly ParameterSpec[]): Weights {
  return new Map(
    parameters.map(({ name, shape }) => [name, { shape, data: new Float32Array(elementCount(shape)) }]),
  );
}

/** What reads the teacher's features: the run with the teacher in the place of the encoder. */
function teacherOf(run: Training): Pick<Training, 'pipeline' | 'networks' | 'cache' | 'signal'> {
  const input = inputOf(run);
  const { size, ...encoder } = settingsOf(run).teacher;
  const pipeline: Pipeline = {
    ...run.pipeline,
    input: {
      ...input,
      preprocessing: { ...input.preprocessing, size },
      streams: input.streams.map((stream) => enlarged(stream, size / input.preprocessing.size)),
      encoder: { ...encoder, pooling: { kind: 'global' } },
    },
  };
  const networks = networksOf(pipeline, { classes: run.labels.length });
  return { ...run, pipeline, networks: { ...networks, encoder: featuresAlone(networks.encoder!) } };
}

/** The stream that makes the same picture of larger frames, in which all moves are longer. */
function enlarged(stream: Stream, factor: number): Stream {
  return stream.kind === 'flow' ? { ...stream, gain: stream.gain / factor } : stream;
}

/** The pipeline by which the stage is fitted. */
function settingsOfFit(run: Training): Pipeline {
  const own = { optimizer: 'adam', schedule: 'cosine', weightDecay: 0, keep: 'last' } as const;
  return { ...run.pipeline, training: { ...run.pipeline.training, ...own, patience: undefined } };
}

function settingsOf({ pipeline: { name, distil: settings } }: Training): NonNullable<Pipeline['distil']> {
  if (!settings) throw new Error(`${name} has no distillation`);
  return settings;
}

function inputOf({ pipeline: { name, input } }: Training): FramesInput {
  const frames = framesOf(input);
  if (!frames) throw new Error(`${name} has no frames to distil with`);
  return frames;
}
