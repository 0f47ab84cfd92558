import type { Tensor2D, Tensor3D } from '@tensorflow/tfjs-core';
import type { DropoutMasks } from '../../network/dropout.js';
import { cellName, directionsOf, type RecurrentNetwork } from '../../network/recurrent.js';
import type { Tensorflow } from './load.js';
import type { Values } from './parameters.js';
import { READOUTS } from './readout.js';
import { CELLS, reverseSequences } from './recurrent-cells.js';

export interface ClassifierPass {
  readonly network: RecurrentNetwork;
  readonly values: Values;
  /** [B, T, inputs]; finite behind the lengths too. */
  readonly features: Tensor3D;
  readonly lengths: Int32Array;
  readonly dropout?: DropoutMasks | undefined;
}

export interface ClassifierOutput {
  /** [B, classes] */
  readonly logits: Tensor2D;
  /** [B, T]; where the readout attends. */
  readonly attention?: Tensor2D;
}

/** Runs the recurrent network; differentiable by its values and by the features. */
export function runClassifier(tf: Tensorflow, pass: ClassifierPass): ClassifierOutput {
  const { network, values, dropout } = pass;
  // Time comes first inside: a timestep is then one block of memory, and TensorFlow's LSTM wants it so.
  let sequence: Tensor3D = tf.transpose(pass.features, [1, 0, 2]);
  for (let layer = 0; layer < network.layers; layer++) {
    const mask = dropout?.layers[layer];
    if (mask) sequence = tf.mul(sequence, tf.tensor(mask, [1, pass.lengths.length, sequence.shape[2]]));
    sequence = runLayer(tf, pass, { layer, sequence });
  }
  const { readout, attention } = READOUTS[network.readout](tf, {
    network,
    values,
    sequence,
    lengths: pass.lengths,
  });
  const kept = dropout ? tf.mul(readout, tf.tensor2d(dropout.readout, readout.shape)) : readout;
  const logits = tf.add(tf.matMul(kept, matrix(values, 'head.kernel')), values.get('head.bias')!) as Tensor2D;
  return attention ? { logits, attention } : { logits };
}

function runLayer(
  tf: Tensorflow,
  { network, values, lengths }: ClassifierPass,
  { layer, sequence }: { layer: number; sequence: Tensor3D },
): Tensor3D {
  const run = CELLS[network.cell];
  const outputs = directionsOf(network).map((direction) => {
    const name = cellName(layer, direction);
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

const matrix = (values: Values, name: string) => values.get(name) as Tensor2D; // its parameter has two axes
