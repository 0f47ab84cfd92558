import type { Tensor, Tensor1D, Tensor2D, Tensor3D } from '@tensorflow/tfjs-core';
import type { Cell } from '../../network/cells.js';
import { callKernel, runDifferentiable } from './kernels.js';
import type { Tensorflow } from './load.js';

/** One layer and direction, with G gates as network/recurrent-parameters.ts has them. */
export interface CellValues {
  /** [inputs, G x units] */
  readonly kernel: Tensor2D;
  /** [units, G x units] */
  readonly recurrentKernel: Tensor2D;
  /** [G x units], or [2, G x units]: the input's and the recurrent one's. */
  readonly bias: Tensor;
}

/** Runs a layer over all timesteps from a zero state: [T, B, inputs] -> [T, B, units]; differentiable. */
export type RunCell = (tf: Tensorflow, input: Tensor3D, values: CellValues) => Tensor3D;

export const CELLS: Readonly<Record<Cell, RunCell>> = { lstm, gru };

/**
 * The whole loop is one op, and its gradient another (tensorflow/core/kernels/rnn/lstm_ops.cc). Unlike the first
 * BlockLSTM, the second version has the gates in Keras' order.
 */
function lstm(tf: Tensorflow, input: Tensor3D, values: CellValues): Tensor3D {
  const { kernel, recurrentKernel, bias } = values;
  return blockLstm(tf, input, { kernel: tf.concat([kernel, recurrentKernel], 0), bias });
}

/** TensorFlow's GRUBlockCell is the other variant, which resets before the matrix product: these are plain ops. */
function gru(tf: Tensorflow, input: Tensor3D, values: CellValues): Tensor3D {
  const { kernel, recurrentKernel, bias } = values;
  const [timesteps, batch, inputs] = input.shape;
  const [units, gated] = recurrentKernel.shape;
  const [inputBias, recurrentBias] = tf.unstack(bias) as [Tensor1D, Tensor1D];
  const projected = tf.add(tf.matMul(tf.reshape(input, [timesteps * batch, inputs]), kernel), inputBias);
  let state: Tensor = tf.zeros([batch, units]);
  const states = tf.unstack(tf.reshape(projected, [timesteps, batch, gated])).map((fromInput) => {
    const fromState = tf.add(tf.matMul(state as Tensor2D, recurrentKernel), recurrentBias);
    const [inputUpdate, inputReset, inputNew] = tf.split(fromInput, 3, -1) as [Tensor, Tensor, Tensor];
    const [stateUpdate, stateReset, stateNew] = tf.split(fromState, 3, -1) as [Tensor, Tensor, Tensor];
    const update = tf.sigmoid(tf.add(inputUpdate, stateUpdate));
    const reset = tf.sigmoid(tf.add(inputReset, stateReset));
    const next = tf.tanh(tf.add(inputNew, tf.mul(reset, stateNew)));
    state = tf.add(next, tf.mul(update, tf.sub(state, next)));
    return state;
  });
  return tf.stack(states) as Tensor3D;
}

/**
 * Turns each sequence's valid part round and leaves what lies after it: [T, B, width], differentiable, its
 * own inverse.
 */
export function reverseSequences(tf: Tensorflow, input: Tensor3D, lengths: Int32Array): Tensor3D {
  const reverse = (tensor: Tensor): Tensor3D => {
    const [reversed] = callKernel(tf, 'ReverseSequence', {
      inputs: [tensor, tf.tensor1d(lengths, 'int32')],
      attributes: { seq_dim: { int: 0 }, batch_dim: { int: 1 }, Tlen: { type: 'int32' } },
    });
    return reversed as Tensor3D; // the op keeps its input's rank
  };
  return runDifferentiable<Tensor3D>(tf, {
    inputs: [input],
    forward: () => ({ value: reverse(input), saved: [] }),
    gradients: (gradient) => [reverse(gradient)],
  });
}

function blockLstm(
  tf: Tensorflow,
  input: Tensor3D,
  { kernel, bias }: { kernel: Tensor2D; bias: Tensor },
): Tensor3D {
  const [timesteps, batch] = input.shape;
  const units = bias.size / 4;
  /** Initial cell state and output, the kernel, three peepholes that are not used, the bias. */
  const parameters = (ofKernel: Tensor) => {
    const state = tf.zeros([batch, units]);
    const peephole = tf.zeros([units]);
    return [state, state, ofKernel, peephole, peephole, peephole, bias];
  };
  const steps = { int64: timesteps };
  const attributes = { use_peephole: false };
  return runDifferentiable<Tensor3D>(tf, {
    inputs: [input, kernel, bias],
    forward: () => {
      const outputs = callKernel(tf, 'BlockLSTMV2', {
        inputs: [steps, input, ...parameters(kernel)],
        attributes: { ...attributes, cell_clip: { float: 0 } },
        outputCount: 7,
      });
      return { value: outputs[6] as Tensor3D, saved: [input, kernel, ...outputs] };
    },
    gradients: (outputGradient, [savedInput, savedKernel, ...outputs]) => {
      const [inputGradient, , , kernelGradient, , , , biasGradient] = callKernel(tf, 'BlockLSTMGradV2', {
        inputs: [
          steps,
          savedInput!,
          ...parameters(savedKernel!),
          ...outputs,
          tf.zerosLike(outputGradient), // of the cell states, which nobody reads
          outputGradient,
        ],
        attributes,
        outputCount: 8,
      });
      return [inputGradient!, kernelGradient!, biasGradient!];
    },
  });
}
