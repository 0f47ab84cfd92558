import { initializeMobileNet } from '../encoder/initialize-encoder.js';
import type { Engine } from '../engine/engine.js';
import { createOnnxEngine } from '../engine/onnx/onnx-engine.js';
import { initializeRecurrent } from '../network/initialize-network.js';
import { type Networks, networksOf } from '../network/networks.js';
import type { Pipeline } from '../pipeline/schema.js';
import { random } from '../random.js';
import { optimizerOf } from './optimizer.js';

/** What a training is made of, in seconds on this machine. */
export interface TrainingPace {
  /** Embedding the pictures of a clip. */
  readonly encode: number;
  /** A step of one recurrent network on features. */
  readonly step: number;
}

/** After a first one, which is slower. */
const TIMES = 5;

/**
 * Measures how fast the networks of a pipeline are, with weights that nobody trained: others take as long. For pipelines that train the
 * recurrent network alone.
 *
 * @param clip.pixels uint8 RGB [timesteps x streams, size, size, 3], as readClip gives them.
 * @param signal Ends it; it then rejects.
 */
export async function measurePace(
  pipeline: Pipeline,
  clip: { pixels: Uint8Array; timesteps: number; classes: number },
  signal: AbortSignal,
): Promise<TrainingPace> {
  const networks = networksOf(pipeline, clip);
  const engine = await createOnnxEngine({});
  return {
    encode: await measureEncoder(engine, { networks, pixels: clip.pixels, signal }),
    step: await measureStep(engine, { networks, pipeline, timesteps: clip.timesteps, signal }),
  };
}

async function measureEncoder(
  engine: Engine,
  { networks, pixels, signal }: { networks: Networks; pixels: Uint8Array; signal: AbortSignal },
): Promise<number> {
  const network = networks.encoder!; // its pipeline reads clips
  const encoder = await engine.loadEncoder(network, initializeMobileNet(network, 1));
  return usual(() => encoder.encode(pixels), signal).finally(() => encoder.release());
}

async function measureStep(
  engine: Engine,
  {
    networks,
    pipeline,
    timesteps,
    signal,
  }: { networks: Networks; pipeline: Pipeline; timesteps: number; signal: AbortSignal },
): Promise<number> {
  const { recurrent } = networks;
  const { batchSize, clipNorm } = pipeline.training;
  const { hyperparameters } = optimizerOf(pipeline);
  const trainer = await engine.training.createTrainer({
    network: recurrent,
    weights: initializeRecurrent(recurrent, 1),
    optimizer: hyperparameters,
    clipNorm,
    loss: 'cross-entropy',
  });
  const stream = random(1, 'pace');
  const data = Float32Array.from({ length: batchSize * timesteps * recurrent.inputs }, () => stream.normal());
  const lengths = new Int32Array(batchSize).fill(timesteps);
  const targets = new Float32Array(batchSize * recurrent.classes).fill(1 / recurrent.classes);
  const batch = { kind: 'features', data, lengths, timesteps } as const;
  const step = (index: number) => trainer.step({ batch, targets, learningRate: 1e-3, dropoutSeed: index });
  return usual(step, signal).finally(() => trainer.release());
}

/** @returns seconds, the median: others may use the machine, too. */
async function usual(work: (index: number) => Promise<unknown>, signal: AbortSignal): Promise<number> {
  await work(0);
  const seconds: number[] = [];
  for (let index = 1; index <= TIMES; index++) {
    signal.throwIfAborted();
    const started = performance.now();
    await work(index);
    seconds.push((performance.now() - started) / 1000);
  }
  return seconds.sort((one, other) => one - other)[Math.floor(TIMES / 2)]!; // there are TIMES
}
