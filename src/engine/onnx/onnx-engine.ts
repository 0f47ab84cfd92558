import { encodedWidth, type MobileNet } from '../../encoder/mobilenet.js';
import type { Engine, EngineOptions, FrameEncoder } from '../engine.js';
import { findChannelBlock } from './channel-block.js';
import { encoderGraph } from './encoder-graph.js';
import { createGraph, input, output } from './graph.js';
import { int8EncoderGraph } from './int8-encoder-graph.js';
import { int8Overflows } from './int8-overflow.js';
import { loadOnnxRuntime } from './load-runtime.js';
import { add } from './ops/elementwise.js';
import { classifierGraph } from './prediction-graph.js';
import { sequenceClassifier } from './sequence-classifier.js';
import { OnnxSequenceModel } from './sequence-model.js';
import { OnnxSession, type OpenSession, type Session } from './session.js';
import type { PredictingEngine } from './training/network-evaluation.js';
import { OnnxTranslationModel } from './translation-model.js';

/** Frames that go through the encoder in one run: more gain no speed and only take memory. */
const FRAMES_PER_RUN = 8;

/**
 * The embedded engine: networks as ONNX graphs, computed by onnxruntime-node on the CPU.
 *
 * @throws UserError `engine_unavailable` where onnxruntime-node cannot be loaded.
 */
export async function createOnnxEngine(options: EngineOptions = {}): Promise<Engine> {
  const runtime = await loadOnnxRuntime();
  const open: OpenSession = (graph, own) => OnnxSession.open(runtime, graph, { ...options, ...own });
  await prepareRuntime(open);
  return {
    name: 'onnx',
    version: runtime.env.versions.common,
    ...predicting(open),
    loadTranslationModel: async (network, weights) => new OnnxTranslationModel(open, network, weights),
    // Loaded when called for: a prediction begins sooner without them.
    quantizeEncoder: async (network, weights, frames) => {
      const { quantizeEncoder } = await import('./quantization/quantize-encoder.js');
      return quantizeEncoder(open, { network, weights, frames });
    },
    training: {
      createTrainer: async (given) => {
        const { OnnxTrainer } = await import('./training/onnx-trainer.js');
        return new OnnxTrainer({ options, predicting, block: await findChannelBlock(open) }, given);
      },
      calibrate: async (network, weights, frames) => {
        const { calibrate } = await import('./training/calibrate.js');
        return calibrate(options, { network, weights, frames });
      },
    },
  };
}

/** Networks as they predict, in sessions that are opened so. */
const predicting = (open: OpenSession): PredictingEngine => ({
  loadEncoder: async (network, weights) => {
    if (network.precision !== 'int8')
      return frameEncoder(network, await open(encoderGraph(network, weights)));
    const wideProducts = await int8Overflows(open);
    return frameEncoder(network, await open(int8EncoderGraph(network, weights), { wideProducts }));
  },
  loadClassifier: async (network, weights) =>
    sequenceClassifier(network, await open(classifierGraph(network, weights))),
  loadSequenceModel: async (network, weights) => new OnnxSequenceModel(open, network, weights),
});

/**
 * The first session also makes what all later ones share, such as the table of operators, which takes as long as a
 * model's own: it can be made while the model is still being read.
 */
async function prepareRuntime(open: OpenSession): Promise<void> {
  const graph = createGraph('first');
  const x = input(graph, { name: 'x', dtype: 'float32', shape: [1] });
  output('y', add(x, x));
  await (await open(graph)).release();
}

function frameEncoder(network: MobileNet, session: Session): FrameEncoder {
  const size = network.inputSize;
  const frameBytes = size * size * 3;
  return {
    encode: async (frames) => {
      const count = frames.length / frameBytes;
      const width = encodedWidth(network);
      const encoded = new Float32Array(count * width);
      for (let start = 0; start < count; start += FRAMES_PER_RUN) {
        const end = Math.min(start + FRAMES_PER_RUN, count);
        const data = frames.subarray(start * frameBytes, end * frameBytes);
        const results = await session.run({ frames: { data, shape: [end - start, size, size, 3] } });
        encoded.set(results.features!, start * width);
      }
      return encoded;
    },
    release: () => session.release(),
  };
}
