import { setImmediate } from 'node:timers/promises';
import type { Tensor1D, Tensor2D, Tensor3D, Tensor4D } from '@tensorflow/tfjs-core';
import type { FrameBatch } from '../../inputs/batches.js';
import { countCorrect } from '../count-correct.js';
import type { StepResult, TrainingStep } from '../engine.js';
import { runClassifier } from './classifier.js';
import { inParts } from './encode-frames.js';
import { pool, runBlocks, scaleFrames } from './encoder.js';
import type { Tensorflow } from './load.js';
import { LOSSES } from './loss.js';
import { flatten, type Values } from './parameter-tensors.js';
import { refused, requireVectors } from './refused.js';
import { placeFeatures, standardized, uploadFeatures, validFrames } from './sequence-tensors.js';
import { scaledValues, type TrainedEncoder, type TrainedNetwork } from './trained-network.js';

/** The loss of a batch and its gradient by all trained parameters, end to end in their order. */
export type BatchGradient = StepResult & {
  /** [elements]; the caller releases it. */
  readonly gradient: Tensor1D;
};

export interface GradientRequest {
  readonly trained: TrainedNetwork;
  /** Current values of the trained parameters, in their order: the encoder's first. */
  readonly values: Values;
  readonly step: TrainingStep;
}

/** Runs a batch forward and back. Between its parts, what waits in the event loop gets its turn. */
export async function gradientOfBatch(tf: Tensorflow, request: GradientRequest): Promise<BatchGradient> {
  const { trained, values, step } = request;
  const batch = requireVectors(step.batch);
  if (batch.kind === 'features') {
    return differentiate(tf, request, { by: values, features: () => uploadFeatures(tf, batch) });
  }
  const { encoder } = trained;
  if (!encoder) throw new Error('A trainer without an encoder was given frames');
  const inputs = await encoderInputs(tf, encoder, batch);
  try {
    const [only] = inputs;
    if (only && inputs.length === 1) {
      const features = () => placeFeatures(tf, encode(tf, encoder, { values, input: only }), batch);
      return differentiate(tf, request, { by: values, features });
    }
    return await gradientInParts(tf, request, { encoder, batch, inputs });
  } finally {
    for (const input of inputs) input.dispose();
  }
}

/**
 * What the trained part of the encoder reads: the valid frames, or what the frozen blocks make of them
 * (once, whatever is computed of it later). One tensor a micro-batch, for the caller to release.
 */
async function encoderInputs(
  tf: Tensorflow,
  { network, frozenBlocks, frozenValues, framesPerMicroBatch }: TrainedEncoder,
  batch: FrameBatch,
): Promise<Tensor4D[]> {
  const inputs: Tensor4D[] = [];
  for (const part of inParts(validFrames(batch), { network, framesPerPart: framesPerMicroBatch })) {
    const run = () => {
      const input = scaleFrames(tf, part, network.inputSize);
      return runBlocks(tf, { blocks: frozenBlocks, values: frozenValues.get(), input });
    };
    inputs.push(tf.tidy(run));
    await setImmediate();
  }
  return inputs;
}

function encode(
  tf: Tensorflow,
  encoder: TrainedEncoder,
  { values, input }: { values: Values; input: Tensor4D },
): Tensor2D {
  const { network, trainedBlocks } = encoder;
  const all = scaledValues(tf, encoder, values);
  return pool(tf, network, runBlocks(tf, { blocks: trainedBlocks, values: all, input }));
}

/**
 * For batches whose activations would not fit in memory together. The encoder runs over each part twice:
 * first for its features alone and, once the loss' gradient by the features is known, again to carry that on
 * to its weights.
 */
async function gradientInParts(
  tf: Tensorflow,
  request: GradientRequest,
  { encoder, batch, inputs }: { encoder: TrainedEncoder; batch: FrameBatch; inputs: readonly Tensor4D[] },
): Promise<BatchGradient> {
  const { values } = request;
  const features = await encodeParts(tf, encoder, { values, inputs });
  const isEncoders = new Set(encoder.trainedParameters.map(({ name }) => name));
  const ofClassifier = [...values].filter(([name]) => !isEncoders.has(name));
  const { gradient, ...result } = differentiate(tf, request, {
    by: new Map([['features', features], ...ofClassifier]),
    features: () => placeFeatures(tf, features, batch),
  });
  const [flatFeatureGradient, classifierGradient] = tf.split(gradient, [
    features.size,
    gradient.size - features.size,
  ]) as [Tensor1D, Tensor1D];
  const featureGradient: Tensor2D = tf.reshape(flatFeatureGradient, features.shape);
  const encoderGradient = await carryOn(tf, encoder, { values, inputs, featureGradient });
  const whole = tf.concat1d([encoderGradient, classifierGradient]);
  tf.dispose([features, gradient, flatFeatureGradient, classifierGradient, featureGradient, encoderGradient]);
  return { ...result, gradient: whole };
}

interface EncoderParts {
  readonly values: Values;
  readonly inputs: readonly Tensor4D[];
}

async function encodeParts(
  tf: Tensorflow,
  encoder: TrainedEncoder,
  { values, inputs }: EncoderParts,
): Promise<Tensor2D> {
  const parts: Tensor2D[] = [];
  for (const input of inputs) {
    parts.push(tf.tidy(() => encode(tf, encoder, { values, input })));
    await setImmediate();
  }
  const features = tf.concat2d(parts, 0);
  tf.dispose(parts);
  return features;
}

/** From the loss' gradient by the features, its gradient by the encoder's trained parameters, [elements]. */
async function carryOn(
  tf: Tensorflow,
  encoder: TrainedEncoder,
  { values, inputs, featureGradient }: EncoderParts & { featureGradient: Tensor2D },
): Promise<Tensor1D> {
  const by = encoder.trainedParameters.map(({ name }) => values.get(name)!);
  let sum: Tensor1D = tf.zeros([by.reduce((elements, tensor) => elements + tensor.size, 0)]);
  let start = 0;
  for (const input of by.length > 0 ? inputs : []) {
    const ofPart = tf.slice(featureGradient, [start, 0], [input.shape[0], -1]);
    const run = () => {
      const { grads } = tf.valueAndGrads(() => encode(tf, encoder, { values, input }))(by, ofPart);
      return tf.add<Tensor1D>(sum, flatten(tf, grads));
    };
    const next = tf.tidy(run);
    tf.dispose([sum, ofPart]);
    sum = next;
    start += input.shape[0];
    await setImmediate();
  }
  return sum;
}

function differentiate(
  tf: Tensorflow,
  { trained, values, step }: GradientRequest,
  { by, features }: { by: Values; features: () => Tensor3D },
): BatchGradient {
  const { network, loss: lossName, standardization } = trained;
  const { targets, dropoutSeed } = step;
  const computeLossOf = LOSSES[lossName];
  if (!computeLossOf || !(targets instanceof Float32Array)) throw refused(`the loss ${lossName}`);
  const { lengths } = step.batch;
  let correct = 0;
  const { loss, gradient } = tf.tidy(() => {
    const computeLoss = () => {
      const read = standardized(tf, features(), standardization);
      const { logits } = runClassifier(tf, { network, values, features: read, lengths, dropoutSeed });
      correct = countCorrect(logits.dataSync<'float32'>(), { targets, classes: network.classes });
      return computeLossOf(tf, logits, tf.tensor2d(targets, logits.shape));
    };
    const { value, grads } = tf.valueAndGrads(computeLoss)([...by.values()]);
    return { loss: value.dataSync()[0]!, gradient: flatten(tf, grads) };
  });
  return { loss, correct, gradient };
}
