import { setImmediate } from 'node:timers/promises';
import type { Tensor1D } from '@tensorflow/tfjs-core';
import { foldScales, withFirstScales } from '../../encoder/trained-parameters.js';
import type { FrameBatch, SequenceBatch } from '../../inputs/batches.js';
import { elementCount, requireTensor, type Tensor, type Weights } from '../../tensors/tensor.js';
import { FIRST_MOMENT, SECOND_MOMENT, STEP_COUNT, withoutPrefix } from '../adam-names.js';
import type {
  Classification,
  SequenceScore,
  StepResult,
  Trainer,
  TrainerOptions,
  TrainingStep,
} from '../engine.js';
import { type UpdateFactors, updateFactors } from '../update-factors.js';
import { type AdamState, adamStep, clipByNorm, type WeightFactors } from './adam.js';
import { classifyFeatures } from './classify-features.js';
import { encodeFrames } from './encode-frames.js';
import { gradientOfBatch } from './gradients.js';
import type { Tensorflow } from './load.js';
import { download, flatten, release, unflatten, upload, type Values } from './parameter-tensors.js';
import { refused, requireTraining, requireVectors } from './refused.js';
import { placeFeatures, standardized, uploadFeatures, validFrames } from './sequence-tensors.js';
import { scaledValues, type TrainedNetwork, trainedNetwork } from './trained-network.js';

/** Trains a recurrent network, or the encoder with it. Owns TensorFlow's memory until `release`. */
export class TensorflowTrainer implements Trainer {
  readonly #tf: Tensorflow;
  readonly #options: TrainerOptions;
  readonly #trained: TrainedNetwork;
  readonly #factors: WeightFactors;
  #adam: AdamState;
  #stepCount = 0;
  /** The weights in #adam as the network's parameters. */
  #values: Values;

  constructor(tf: Tensorflow, options: TrainerOptions) {
    requireTraining(options);
    this.#tf = tf;
    this.#options = options;
    this.#trained = trainedNetwork(tf, options);
    const { parameters } = this.#trained;
    this.#values = upload(tf, parameters, withFirstScales(parameters, options.weights));
    this.#adam = tf.tidy(() => {
      const weights = flatten(tf, [...this.#values.values()]);
      return { weights, firstMoment: tf.zerosLike(weights), secondMoment: tf.zerosLike(weights) };
    });
    this.#factors = this.#weightFactors();
  }

  async step(step: TrainingStep): Promise<StepResult> {
    const tf = this.#tf;
    const { clipNorm, optimizer } = this.#options;
    const request = { trained: this.#trained, values: this.#values, step };
    const { gradient, ...result } = await gradientOfBatch(tf, request);
    this.#stepCount++;
    const next = tf.tidy(() =>
      adamStep(tf, {
        state: this.#adam,
        gradient: clipByNorm(tf, gradient, clipNorm),
        factors: this.#factors,
        step: this.#stepCount,
        learningRate: step.learningRate,
        optimizer,
      }),
    );
    gradient.dispose();
    this.#replaceAdam(next);
    await setImmediate();
    return result;
  }

  async classify(given: SequenceBatch | FrameBatch): Promise<Classification> {
    const batch = requireVectors(given);
    const tf = this.#tf;
    const { network, encoder, standardization } = this.#trained;
    const values = this.#values;
    const { lengths } = batch;
    if (batch.kind === 'features') {
      const features = () => standardized(tf, uploadFeatures(tf, batch), standardization);
      return classifyFeatures(tf, { network, values, features, lengths });
    }
    if (!encoder) throw new Error('A trainer without an encoder was given frames');
    const allValues = () => new Map([...encoder.frozenValues.get(), ...scaledValues(tf, encoder, values)]);
    const encoded = { network: encoder.network, values: allValues, frames: validFrames(batch) };
    const flat = await encodeFrames(tf, encoded);
    const features = () =>
      standardized(
        tf,
        placeFeatures(tf, tf.tensor2d(flat, [sum(lengths), network.inputs]), batch),
        standardization,
      );
    return classifyFeatures(tf, { network, values, features, lengths });
  }

  async score(): Promise<SequenceScore> {
    throw refused('networks that answer every timestep');
  }

  async weights(): Promise<Weights> {
    return foldScales(this.#downloadAll());
  }

  async state(): Promise<Weights> {
    const step: Tensor = { shape: [1], data: Float32Array.of(this.#stepCount) };
    return new Map([
      ...this.#downloadAll(),
      ...this.#downloadMoment(FIRST_MOMENT, this.#adam.firstMoment),
      ...this.#downloadMoment(SECOND_MOMENT, this.#adam.secondMoment),
      [STEP_COUNT, step],
    ]);
  }

  async restore(state: Weights): Promise<void> {
    this.#trained.encoder?.frozenValues.replace(state);
    this.#stepCount = requireTensor(state, STEP_COUNT, [1]).data[0]!;
    this.#replaceAdam({
      weights: this.#uploadFlat(state),
      firstMoment: this.#uploadFlat(withoutPrefix(state, FIRST_MOMENT)),
      secondMoment: this.#uploadFlat(withoutPrefix(state, SECOND_MOMENT)),
    });
  }

  async release(): Promise<void> {
    this.#trained.encoder?.frozenValues.release();
    release(this.#values);
    this.#tf.dispose({ ...this.#adam, factors: this.#factors });
  }

  /** Before the first step. */
  #weightFactors(): WeightFactors {
    const tf = this.#tf;
    const { encoder, optimizer } = this.#options;
    const of = updateFactors(this.#options);
    const each = (numberOf: (factors: UpdateFactors) => number): Tensor1D =>
      tf.tidy(() =>
        tf.concat1d(
          this.#trained.parameters.map(({ name, shape }) =>
            tf.fill([elementCount(shape)], numberOf(of(name))),
          ),
        ),
      );
    return {
      decays: each(({ decay }) => decay),
      ...((encoder?.layerDecay ?? 1) < 1 && { rates: each(({ rate }) => rate) }),
      ...(encoder &&
        optimizer.pull && {
          pull: { factors: each(({ pull }) => pull), to: tf.clone(this.#adam.weights) },
        }),
    };
  }

  #replaceAdam(next: AdamState): void {
    this.#tf.dispose({ ...this.#adam });
    release(this.#values);
    this.#adam = next;
    this.#values = unflatten(this.#tf, next.weights, this.#trained.parameters);
  }

  #downloadAll(): Weights {
    const { encoder, parameters } = this.#trained;
    const frozen = encoder ? download(this.#tf, encoder.frozenParameters, encoder.frozenValues.get()) : [];
    return new Map([...frozen, ...download(this.#tf, parameters, this.#values)]);
  }

  #downloadMoment(prefix: string, moment: Tensor1D): Array<[string, Tensor]> {
    const { parameters } = this.#trained;
    const values = unflatten(this.#tf, moment, parameters);
    const tensors = download(this.#tf, parameters, values);
    release(values);
    return [...tensors].map(([name, tensor]) => [`${prefix}${name}`, tensor]);
  }

  #uploadFlat(weights: Weights): Tensor1D {
    const values = upload(this.#tf, this.#trained.parameters, weights);
    const flat = this.#tf.tidy(() => flatten(this.#tf, [...values.values()]));
    release(values);
    return flat;
  }
}

const sum = (numbers: Int32Array): number => numbers.reduce((total, number) => total + number, 0);
