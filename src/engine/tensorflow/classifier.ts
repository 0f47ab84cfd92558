import type { Tensor2D, Tensor3D } from '@tensorflow/tfjs-core';
import { type DropoutMasks, dropoutMasks } from '../../network/dropout.js';
import { segmentPlacement } from '../../network/placement.js';
import {
  cellName,
  directionsOf,
  levelsOf,
  type RecurrentLevel,
  type RecurrentNetwork,
} from '../../network/recurrent.js';
import { HEAD } from '../../network/recurrent-parameters.js';
import type { Tensorflow } from './load.js';
import type { Values } from './parameter-tensors.js';
import { READOUTS, type ReadoutResult } from './readout.js';
import { CELLS, reverseSequences } from './recurrent-cells.js';
import { takeRows } from './sequence-tensors.js';

export interface ClassifierPass {
  readonly network: RecurrentNetwork;
  readonly values: Values;
  /** [B, T, inputs]; finite past the lengths too. */
  readonly features: Tensor3D;
  readonly lengths: Int32Array;
  /** Given in training; see network/dropout.ts. */
  readonly dropoutSeed?: number | undefined;
}

export interface ClassifierOutput {
  /** [B, classes] */
  readonly logits: Tensor2D;
  /** [B, readoutWidth] */
  readonly readout: Tensor2D;
  /** Of each level, [sequences, T]; where it attends. */
  readonly attentions: ReadonlyArray<Tensor2D | undefined>;
}

/** Runs the recurrent network; differentiable by its values and by the features. */
export function runClassifier(tf: Tensorflow, pass: ClassifierPass): ClassifierOutput {
  const { network, values, features } = pass;
  const [first, upper] = levelsOf(network);
  if (!upper) {
    const { lengths } = pass;
    const dropout = masksOf(pass, [lengths.length]);
    const { readout, attention } = runLevel(tf, {
      level: first,
      values,
      vectors: features,
      lengths,
      masks: dropout?.levels[0],
    });
    return { logits: head(tf, { values, readout, dropout }), readout, attentions: [attention] };
  }
  const { inner, rows, outer, places } = segmentPlacement(network, {
    lengths: pass.lengths,
    timesteps: features.shape[1],
  });
  const dropout = masksOf(pass, [inner.lengths.length, outer.lengths.length]);
  const flat: Tensor2D = tf.reshape(features, [-1, network.inputs]);
  const segments: Tensor3D = tf.reshape(takeRows(tf, flat, rows), [
    inner.lengths.length,
    inner.timesteps,
    -1,
  ]);
  const lower = runLevel(tf, {
    level: first,
    values,
    vectors: segments,
    lengths: inner.lengths,
    masks: dropout?.levels[0],
  });
  const vectors: Tensor3D = tf.reshape(takeRows(tf, lower.readout, places), [
    outer.lengths.length,
    outer.timesteps,
    -1,
  ]);
  const top = runLevel(tf, {
    level: upper,
    values,
    vectors,
    lengths: outer.lengths,
    masks: dropout?.levels[1],
  });
  return {
    logits: head(tf, { values, readout: top.readout, dropout }),
    readout: top.readout,
    attentions: [lower.attention, top.attention],
  };
}

function masksOf(
  { network, dropoutSeed }: ClassifierPass,
  sequences: readonly number[],
): DropoutMasks | null {
  if (network.dropout === 0 || dropoutSeed === undefined) return null;
  return dropoutMasks(network, { sequences, seed: dropoutSeed });
}

interface LevelPass {
  readonly level: RecurrentLevel;
  readonly values: Values;
  /** [sequences, T, inputs] */
  readonly vectors: Tensor3D;
  readonly lengths: Int32Array;
  /** Of each layer. */
  readonly masks: readonly Float32Array[] | undefined;
}

function runLevel(tf: Tensorflow, pass: LevelPass): ReadoutResult {
  const { level, values, vectors, lengths, masks } = pass;
  // Time comes first inside: a timestep is then one block of memory, and TensorFlow's LSTM wants it so.
  let sequence: Tensor3D = tf.transpose(vectors, [1, 0, 2]);
  for (let layer = 0; layer < level.layers; layer++) {
    const mask = masks?.[layer];
    if (mask) sequence = tf.mul(sequence, tf.tensor(mask, [1, lengths.length, sequence.shape[2]]));
    sequence = runLayer(tf, pass, { layer, sequence });
  }
  const readOut = READOUTS[level.readout];
  if (!readOut) throw new Error(`The readout ${level.readout} should have been refused`);
  return readOut(tf, { level, values, sequence, lengths });
}

function runLayer(
  tf: Tensorflow,
  { level, values, lengths }: LevelPass,
  { layer, sequence }: { layer: number; sequence: Tensor3D },
): Tensor3D {
  const run = CELLS[level.cell];
  const outputs = directionsOf(level).map((direction) => {
    const name = cellName(level, layer, direction);
    const cell = {
      kernel: matrix(values, `${name}.kernel`),
      recurrentKernel: matrix(values, `${name}.recurrent_kernel`),
      bias: values.get(`${name}.bias`)!,
    };
    if (direction === 'forward') return run(tf, sequence, cell);
    return reverseSequences(tf, run(tf, reverseSequences(tf, sequence, lengths), cell), lengths);
  });
  return tf.concat(outputs, 2);
}

function head(
  tf: Tensorflow,
  { values, readout, dropout }: { values: Values; readout: Tensor2D; dropout: DropoutMasks | null },
): Tensor2D {
  const kept = dropout ? tf.mul(readout, tf.tensor2d(dropout.readout, readout.shape)) : readout;
  return tf.add(tf.matMul(kept, matrix(values, `${HEAD}.kernel`)), values.get(`${HEAD}.bias`)!);
}

const matrix = (values: Values, name: string) => values.get(name) as Tensor2D; // its parameter has two axes
