import { encodedWidth, type MobileNet } from '../../encoder/mobilenet.js';
import type { Engine, EngineOptions, FrameEncoder } from '../engine.js';
import { findChannelBlock } from './channel-block.js';
import { encoderGraph } from './encoder-graph.js';
import type { Graph } from './graph.js';
import { int8EncoderGraph } from './int8-encoder-graph.js';
import { int8Overflows } from './int8-overflow.js';
import { KeptGraphs } from './kept-graphs.js';
import { loadOnnxRuntime } from './load-runtime.js';
import { classifierGraph } from './prediction-graph.js';
import { sequenceClassifier } from './sequence-classifier.js';
import { OnnxSequenceModel } from './sequence-model.js';
import { type GraphOptions, OnnxSession, type OpenSession, type Session } from './session.js';
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
  // The first session also makes what all later ones share, such as the table of operators, which takes as long as a
  // model's own: it can be made while the model is still being read.
  const block = await findChannelBlock(open);
  const kept = new KeptGraphs(runtime, block);
  const openNamed: OpenNamed = (name, build, own) => kept.open(name, build, { ...options, ...own });
  return {
    name: 'onnx',
    version: runtime.env.versions.common,
    ...predicting(open, openNamed),
    loadTranslationModel: async (network, weights) => new OnnxTranslationModel(open, network, weights),
    // Loaded when called for: a prediction begins sooner without them.
    quantizeEncoder: async (network, weights, frames) => {
      const { quantizeEncoder } = await import('./quantization/quantize-encoder.js');
      return quantizeEncoder(open, { network, weights, frames });
    },
    training: {
      createTrainer: async (given) => {
        const { OnnxTrainer } = await import('./training/onnx-trainer.js');
        return new OnnxTrainer({ options, predicting, block }, given);
      },
      calibrate: async (network, weights, frames) => {
        const { calibrate } = await import('./training/calibrate.js');
        return calibrate(options, { network, weights, frames });
      },
    },
  };
}

/** As KeptGraphs.open. */
type OpenNamed = (name: unknown, build: () => Graph, own?: GraphOptions) => Promise<Session>;

/** Networks as they predict, in sessions that are opened so. */
const predicting = (
  open: OpenSession,
  openNamed: OpenNamed = (_, build, own) => open(build(), own),
): PredictingEngine => ({
  loadEncoder: async (network, weights, weightsName) => {
    const isInt8 = network.precision === 'int8';
    const build = () => (isInt8 ? int8EncoderGraph : encoderGraph)(network, weights);
    const own = isInt8 ? { wideProducts: await int8Overflows(open) } : {};
    return frameEncoder(network, await openNamed(weightsName && [weightsName, network], build, own));
  },
  loadClassifier: async (network, weights, weightsName) => {
    const build = () => classifierGraph(network, weights);
    return sequenceClassifier(network, await openNamed(weightsName && [weightsName, network], build));
  },
  loadSequenceModel: async (network, weights) => new OnnxSequenceModel(open, network, weights),
});

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
