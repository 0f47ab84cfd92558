import { addNode, constant, misfit, type Value } from '../graph.js';

/** Which of ONNX's recurrent operators. */
export interface RecurrentOperator {
  readonly operator: 'LSTM' | 'GRU';
  readonly gateCount: number;
  /** What it hands on from a timestep to the next. */
  readonly stateCount: number;
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
  /** float32 [batch, units] each, for D = 1: the output and, of an LSTM, the cell to start from; zeros when absent. */
  readonly initial?: readonly Value[] | undefined;
}

export interface RecurrentOutputs {
  /** float32 [timesteps, D, batch, units], zero past a sequence's length. */
  readonly outputs: Value;
  /** float32 [D, batch, units]: forward, the output at the last valid timestep; backward, at timestep 0. */
  readonly last: Value;
  /** float32 [D, batch, units] each: `last` and, of an LSTM, the cell there. */
  readonly final: readonly Value[];
}

/** A whole recurrent layer in one op; not differentiated. */
export function recurrent(
  { operator, gateCount, stateCount, attributes }: RecurrentOperator,
  given: RecurrentInputs,
): RecurrentOutputs {
  const { x, kernel, recurrentKernel, bias, lengths, initial = [] } = given;
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
    lengths.shape.join() === [batch].join() &&
    initial.every(({ shape }) => directions === 1 && shape.join() === [batch, units].join());
  if (!fits) {
    throw misfit(
      operator,
      [x, kernel, recurrentKernel, bias, lengths, ...initial],
      `[T, B, I], [D, ${gateCount}U, I], [D, ${gateCount}U, U], [D, ${2 * gateCount}U], int32 [B] and [B, U] each`,
    );
  }
  const own = Object.entries(attributes).map(([name, value]) => [name, { kind: 'integer', value }] as const);
  const state = { dtype: x.dtype, shape: [directions, batch, units] };
  const start = initial.map((value) => withAxis(value));
  const [outputs, ...final] = addNode(operator, {
    inputs: [x, kernel, recurrentKernel, bias, lengths, ...start],
    outputs: [
      { dtype: x.dtype, shape: [timesteps, directions, batch, units] },
      ...Array<typeof state>(stateCount).fill(state),
    ],
    attributes: {
      ...Object.fromEntries(own),
      hidden_size: { kind: 'integer', value: units },
      direction: { kind: 'text', value: directions === 2 ? 'bidirectional' : 'forward' },
    },
  }) as [Value, Value, ...Value[]];
  return { outputs, last: final[0]!, final };
}

/** [batch, units] -> [1, batch, units] */
function withAxis(x: Value): Value {
  const axes = constant(x.graph, { shape: [1], data: BigInt64Array.of(0n) });
  return addNode('Unsqueeze', {
    inputs: [x, axes],
    outputs: [{ dtype: x.dtype, shape: [1, ...x.shape] }],
  })[0]!;
}
