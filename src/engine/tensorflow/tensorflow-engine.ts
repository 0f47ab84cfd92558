import { type MobileNet, mobileNetBlocks } from '../../encoder/mobilenet.js';
import { UserError } from '../../errors.js';
import type { RecurrentNetwork } from '../../network/recurrent.js';
import type { Weights } from '../../tensors/tensor.js';
import type { Engine, FrameEncoder, SequenceClassifier } from '../engine.js';
import { calibrate } from './calibrate.js';
import { classifyFeatures } from './classify-features.js';
import { encodeFrames } from './encode-frames.js';
import { loadTensorflow, type Tensorflow } from './load.js';
import { OwnedValues } from './owned-values.js';
import { classifierParameters, encoderParameters } from './parameter-tensors.js';
import { refused, requireNetwork, requireVectors } from './refused.js';
import { uploadFeatures } from './sequence-tensors.js';
import { TensorflowTrainer } from './trainer.js';

/**
 * TensorFlow through tfjs-node. Its ops run on the calling thread and use all cores.
 *
 * @throws UserError `engine_unavailable` where it is not installed.
 */
export async function createTensorflowEngine(): Promise<Engine> {
  const { tf, tensorflowVersion } = await loadTensorflow();
  return {
    name: 'tensorflow',
    version: tensorflowVersion,
    loadEncoder: async (network, weights) => {
      if (network.precision === 'int8') throw noInt8();
      return loadEncoder(tf, network, weights);
    },
    loadClassifier: async (network, weights) => loadClassifier(tf, network, weights),
    loadSequenceModel: async () => {
      throw refused('networks that answer every timestep');
    },
    loadTranslationModel: async () => {
      throw refused('networks that read a source');
    },
    quantizeEncoder: async () => {
      throw noInt8();
    },
    training: {
      createTrainer: async (options) => new TensorflowTrainer(tf, options),
      calibrate: async (network, weights, frames) => calibrate(tf, { network, weights, frames }),
    },
  };
}

function noInt8(): UserError {
  return new UserError('usage', {
    problem: 'The tensorflow engine computes in float32, and has no encoder in int8.',
    fix: 'Use the onnx engine, or the model that the quantized one was made from.',
  });
}

function loadEncoder(tf: Tensorflow, network: MobileNet, weights: Weights): FrameEncoder {
  const owned = new OwnedValues(tf, encoderParameters(mobileNetBlocks(network)), weights);
  return {
    encode: async (frames) => encodeFrames(tf, { network, values: () => owned.get(), frames }),
    release: async () => owned.release(),
  };
}

function loadClassifier(tf: Tensorflow, network: RecurrentNetwork, weights: Weights): SequenceClassifier {
  requireNetwork(network);
  const owned = new OwnedValues(tf, classifierParameters(network), weights);
  return {
    classify: async (batch) => {
      const features = () => uploadFeatures(tf, requireVectors(batch));
      return classifyFeatures(tf, { network, values: owned.get(), features, lengths: batch.lengths });
    },
    release: async () => owned.release(),
  };
}
