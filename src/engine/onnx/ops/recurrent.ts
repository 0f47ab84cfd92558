import { addNode, misfit, type Value } from '../graph.js';

/** Which of ONNX's recurrent operators. */
export interface RecurrentOperator {
  readonly operator: 'LSTM' | 'GRU';
  readonly gateCount: number;
  readonly attributes: Readonly<Record<string, number>>;
}

/** What recurrent ops read; D is 1 (forward) or 2 (forward, backward), G the number of gates. */
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
  /** float32 [timesteps, D, batch, units], zero past a sequence's length. */
  readonly outputs: Value;
  /** float32 [D, batch, units]: forward, the output at the last valid timestep; backward, at timestep 0. */
  readonly last: Value;
}

/** A whole recurrent layer in one op; not differentiated. */
export function recurrent(
  { operator, gateCount, attributes }: RecurrentOperator,
  given: RecurrentInputs,
): RecurrentOutputs {
  const { x, kernel, recurrentKernel, bias, lengths } = given;
  const [timesteps, batch, inputs] = x.shape;
  const [directions, gated, units] = recurrentKernel.shape;
  const fits =
    timesteps !== undefined &&
    batch !== undefined &&
    typeof units === 'number' &&
    (directions === 1 || directions === 2) &&
    gated === gateCount * units &&
    kernel.shape.join() === [directions, gated, inputs].join() &&
    bias.shape.join() === [directions, 2 * gated].join() &&
    lengths.dtype === 'int32' &&
    lengths.shape.join() === [batch].join();
  if (!fits) {
    throw misfit(
      operator,
      [x, kernel, recurrentKernel, bias, lengths],
      `[T, B, I], [D, ${gateCount}U, I], [D, ${gateCount}U, U], [D, ${2 * gateCount}U] and int32 [B]`,
    );
  }
  const own = Object.entries(attributes).map(([name, value]) => [name, { kind: 'integer', value }] as const);
  const [outputs, last] = addNode(operator, {
    inputs: [x, kernel, recurrentKernel, bias, lengths],
    outputs: [
      { dtype: x.dtype, shape: [timesteps, directions, batch, units] },
      { dtype: x.dtype, shape: [directions, batch, units] },
    ],
    attributes: {
      ...Object.fromEntries(own),
      hidden_size: { kind: 'integer', value: units },
      direction: { kind: 'text', value: directions === 2 ? 'bidirectional' : 'forward' },
    },
  }) as [Value, Value];
  return { outputs, last };
}
