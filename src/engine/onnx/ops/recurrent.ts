import { addNode, misfit, type Value } from '../graph.js';

/** What both recurrent ops read; D is 1 (forward) or 2 (forward, backward), G the number of gates. */
export interface RecurrentInputs {
  /** float32 [timesteps, batch, inputs]. */
  readonly x: Value;
  /** float32 [D, G x units, inputs]. */
  readonly kernel: Value;
  /** float32 [D, G x units, units]. */
  readonly recurrentKernel: Value;
  /** float32 [D, 2 x G x units]: the inputs' biases, then the recurrent ones. */
  readonly bias: Value;
  /** int32 [batch]: timesteps that are read of each sequence. */
  readonly lengths: Value;
}

export interface RecurrentOutputs {
  /** float32 [timesteps, D, batch, units], zero behind a sequence's length. */
  readonly outputs: Value;
  /** float32 [D, batch, units]: forward, the output at the last valid timestep; backward, at timestep 0. */
  readonly last: Value;
}

/** Gates in the order input, output, forget, cell. */
export const lstm = (inputs: RecurrentInputs): RecurrentOutputs => recurrent('LSTM', 4, inputs);

/** Gates in the order update, reset, new; the reset gate is applied behind the matrix product. */
export const gru = (inputs: RecurrentInputs): RecurrentOutputs => recurrent('GRU', 3, inputs);

function recurrent(operator: 'LSTM' | 'GRU', gates: number, given: RecurrentInputs): RecurrentOutputs {
  const { x, kernel, recurrentKernel, bias, lengths } = given;
  const [timesteps, batch, inputs] = x.shape;
  const [directions, gated, units] = recurrentKernel.shape;
  const fits =
    timesteps !== undefined &&
    batch !== undefined &&
    typeof units === 'number' &&
    (directions === 1 || directions === 2) &&
    gated === gates * units &&
    kernel.shape.join() === [directions, gated, inputs].join() &&
    bias.shape.join() === [directions, 2 * gated].join() &&
    lengths.dtype === 'int32' &&
    lengths.shape.join() === [batch].join();
  if (!fits) {
    throw misfit(
      operator,
      [x, kernel, recurrentKernel, bias, lengths],
      `[T, B, I], [D, ${gates}U, I], [D, ${gates}U, U], [D, ${2 * gates}U] and int32 [B]`,
    );
  }
  const [outputs, last] = addNode(operator, {
    inputs: [x, kernel, recurrentKernel, bias, lengths],
    outputs: [
      { dtype: x.dtype, shape: [timesteps, directions, batch, units] },
      { dtype: x.dtype, shape: [directions, batch, units] },
    ],
    attributes: {
      hidden_size: { kind: 'integer', value: units },
      direction: { kind: 'text', value: directions === 2 ? 'bidirectional' : 'forward' },
      ...(operator === 'GRU' ? { linear_before_reset: { kind: 'integer', value: 1 } } : {}),
    },
  }) as [Value, Value];
  return { outputs, last };
}
