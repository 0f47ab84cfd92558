import { initializeMobileNet } from '../../src/encoder/initialize-encoder.js';
import type { MobileNet } from '../../src/encoder/mobilenet.js';
import { encoderGraph } from '../../src/engine/onnx/encoder-graph.js';
import { createOnnxEngine } from '../../src/engine/onnx/onnx-engine.js';
import { encodeModel } from '../../src/engine/onnx/onnx-model.js';
import { loadTensorflow } from '../../src/engine/tensorflow/load.js';
import { random } from '../../src/random.js';
import { tell } from './figures.js';
import { type Contender, compare } from './measure.js';
import { tfjsMobileNet } from './tfjs-mobilenet.js';

const BATCH = 8;
const ROUNDS = 15;

/** MobileNet v1 1.0@224, forward, 8 frames at once, float32 but where int8 is said: the onnx engine against others. */
export async function benchEncoder(): Promise<void> {
  const network: MobileNet = {
    architecture: 'mobilenet-v1',
    alpha: 1,
    inputSize: 224,
    pooling: { kind: 'global' },
  };
  const weights = initializeMobileNet(network, 1);
  const stream = random(1, 'bench');
  const frames = Uint8Array.from({ length: BATCH * 224 * 224 * 3 }, () => stream.integer(0, 256));
  const engine = await createOnnxEngine();
  const encoder = await engine.loadEncoder(network, weights);
  const quantized = await engine.quantizeEncoder(network, weights, frames);
  const int8 = await engine.loadEncoder({ ...network, precision: 'int8' }, quantized);
  const withStatistics = await engine.loadEncoder({ ...network, hasStatistics: true }, weights);
  const contenders: Contender[] = [
    { name: 'onnx engine', run: () => encoder.encode(frames) },
    { name: 'onnx engine, with statistics', run: () => withStatistics.encode(frames) },
    { name: 'onnx engine, int8', run: () => int8.encode(frames) },
    {
      name: 'onnxruntime bare, same graph',
      run: await bareOnnxruntime(encodeModel(encoderGraph(network, weights)), frames),
    },
    { name: 'tfjs wasm', run: await wasm(network, weights, frames) },
  ];
  const node = await tfjsNode(network, weights, frames);
  if (node) contenders.push({ name: 'tfjs-node', run: node });
  else console.log('tfjs-node cannot be had here: left out (clipstep install tensorflow)');
  const timings = await compare(contenders, ROUNDS);
  for (const { name, milliseconds, ratio } of timings) {
    const millisecondsPerFrame = milliseconds / BATCH;
    const line = `${name.padEnd(30)} ${millisecondsPerFrame.toFixed(2)} ms/frame  x ${ratio.toFixed(2)}`;
    tell(line, name, { millisecondsPerFrame, ratio });
  }
  await encoder.release();
  await int8.release();
  await withStatistics.release();
}

async function bareOnnxruntime(model: Uint8Array, frames: Uint8Array): Promise<() => Promise<unknown>> {
  const { InferenceSession, Tensor } = await import('onnxruntime-node');
  const session = await InferenceSession.create(model);
  const tensor = new Tensor('uint8', frames, [BATCH, 224, 224, 3]);
  return () => session.run({ frames: tensor });
}

async function wasm(network: MobileNet, weights: ReturnType<typeof initializeMobileNet>, frames: Uint8Array) {
  const tf = await import('@tensorflow/tfjs-core');
  await import('@tensorflow/tfjs-backend-wasm');
  await tf.setBackend('wasm');
  const run = tfjsMobileNet(tf, network, weights);
  return async () => {
    await tf.setBackend('wasm');
    return run(frames);
  };
}

async function tfjsNode(
  network: MobileNet,
  weights: ReturnType<typeof initializeMobileNet>,
  frames: Uint8Array,
) {
  // As it comes: load.ts keeps it from its fastest kernels, for a reason that it tells.
  process.env.ONEDNN_MAX_CPU_ISA ??= 'DEFAULT';
  try {
    const { tf } = await loadTensorflow();
    const run = tfjsMobileNet(tf, network, weights);
    return async () => {
      await tf.setBackend('tensorflow');
      return run(frames);
    };
  } catch {
    return null;
  }
}
