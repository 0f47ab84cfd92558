import { initializeMobileNet } from '../../src/encoder/initialize-encoder.js';
import type { MobileNet } from '../../src/encoder/mobilenet.js';
import type { Engine, TrainerOptions } from '../../src/engine/engine.js';
import { createOnnxEngine } from '../../src/engine/onnx/onnx-engine.js';
import { createTensorflowEngine } from '../../src/engine/tensorflow/tensorflow-engine.js';
import { collate, type FeatureBatch, type FrameBatch } from '../../src/inputs/batches.js';
import { initializeRecurrent } from '../../src/network/initialize-network.js';
import type { RecurrentNetwork } from '../../src/network/recurrent.js';
import { type Random, random } from '../../src/random.js';
import { oneHot } from '../support/one-hot.js';
import { tell } from './figures.js';
import { compareSteps, type Trainee } from './measure-steps.js';
import { startPeers } from './peer.js';

/** Of every contender. */
const THREADS = 2;
const ROUNDS = 15;

/** A recurrent network of one layer, as the pixel rows of digits are read with. */
const LSTM: RecurrentNetwork = {
  cell: 'lstm',
  inputs: 28,
  units: 128,
  layers: 1,
  bidirectional: false,
  dropout: 0,
  readout: 'last',
  classes: 10,
};

/** Whole training steps of LSTM(128) on 128 sequences of 28 x 28: ms a step. */
export async function benchTrainLstm(): Promise<void> {
  const stream = random(1, 'bench');
  const data = Float32Array.from({ length: 128 * 28 * 28 }, () => stream.normal());
  const batch: FeatureBatch = {
    kind: 'features',
    data,
    lengths: new Int32Array(128).fill(28),
    timesteps: 28,
  };
  const options = { network: LSTM, weights: initializeRecurrent(LSTM, 1) };
  await benchTraining('lstm', {
    options,
    batch,
    targets: targetsOf(batch, stream),
    unit: { name: 'step', count: 1 },
  });
}

/** Whole training steps of MobileNet v1 0.25@128 under LSTM(32) on 4 clips of 8 frames: ms a frame. */
export async function benchTrainCnn(): Promise<void> {
  const stream = random(1, 'bench');
  const encoder: MobileNet = {
    architecture: 'mobilenet-v1',
    alpha: 0.25,
    inputSize: 128,
    pooling: { kind: 'global' },
  };
  const network = { ...LSTM, inputs: 256, units: 32 };
  const clips = Array.from({ length: 4 }, () => ({
    kind: 'frames' as const,
    data: Uint8Array.from({ length: 8 * 128 * 128 * 3 }, () => stream.integer(0, 256)),
    timesteps: 8,
  }));
  const batch = collate(clips);
  const options = {
    network,
    weights: new Map([...initializeMobileNet(encoder, 1), ...initializeRecurrent(network, 1)]),
    encoder: { network: encoder, fromBlock: 0, framesPerMicroBatch: 32 },
  };
  await benchTraining('cnn', {
    options,
    batch,
    targets: targetsOf(batch, stream),
    unit: { name: 'frame', count: 32 },
  });
}

interface Workload {
  readonly options: Pick<TrainerOptions, 'network' | 'weights' | 'encoder'>;
  readonly batch: FeatureBatch | FrameBatch;
  readonly targets: Float32Array;
  /** What milliseconds are told for, and how many of it a step has. */
  readonly unit: { readonly name: string; readonly count: number };
}

async function benchTraining(name: 'lstm' | 'cnn', workload: Workload): Promise<void> {
  const trainees = [
    await trainee('onnx engine', await createOnnxEngine({ threads: THREADS }), workload),
    ...(await tensorflowTrainee(workload)),
    ...(await startPeers(name)),
  ];
  const { unit } = workload;
  for (const { name, milliseconds, fastest, ratio } of await compareSteps(trainees, ROUNDS)) {
    const [usual, best] = [milliseconds, fastest].map((time) => (time / unit.count).toFixed(2));
    const line = `${name.padEnd(32)} ${usual} ms/${unit.name}  x ${ratio.toFixed(2)}  (fastest ${best})`;
    tell(line, name, { milliseconds: milliseconds / unit.count, ratio });
  }
  for (const { release } of trainees) await release();
}

async function trainee(name: string, engine: Engine, workload: Workload): Promise<Trainee> {
  const { options, batch, targets } = workload;
  const trainer = await engine.training.createTrainer({
    ...options,
    optimizer: { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0.01 },
    clipNorm: 1,
    loss: 'cross-entropy',
  });
  return {
    name,
    steps: async (count) => {
      const milliseconds: number[] = [];
      for (let step = 0; step < count; step++) {
        const started = performance.now();
        await trainer.step({ batch, targets, learningRate: 1e-3, dropoutSeed: step });
        milliseconds.push(performance.now() - started);
      }
      return milliseconds;
    },
    release: () => trainer.release(),
  };
}

async function tensorflowTrainee(workload: Workload): Promise<Trainee[]> {
  // TensorFlow's own variable, read when it is loaded.
  process.env.TF_NUM_INTRAOP_THREADS ??= String(THREADS);
  try {
    return [await trainee('tensorflow engine', await createTensorflowEngine(), workload)];
  } catch {
    console.log('the tensorflow engine cannot be had here: left out (clipstep install tensorflow)');
    return [];
  }
}

const targetsOf = ({ lengths }: FeatureBatch | FrameBatch, stream: Random): Float32Array =>
  oneHot(
    lengths.map(() => stream.integer(0, LSTM.classes)),
    LSTM.classes,
  );
