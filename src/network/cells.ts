/**
 * The recurrent cells that there are. What goes by the cell is in a table over this list, in the description, the
 * initializer and each engine, so that a new cell does not type-check until all of them have it.
 *
 * `lstm`: Hochreiter and Schmidhuber 1997 with forget gates (Gers et al. 2000).
 * `gru`: Cho et al. 2014, in the variant that resets after the matrix product (Keras `reset_after`, cuDNN, ONNX
 * `linear_before_reset`).
 */
export const CELLS = ['lstm', 'gru'] as const;

export type Cell = (typeof CELLS)[number];

interface CellLayout {
  /** What the pipeline's reference says of it. */
  readonly meaning: string;
  /** In their order along the last axis of every kernel: as in Keras. */
  readonly gates: readonly string[];
  /** What a timestep hands on to the next, each [batch, units]; the first is what the cell gives out. */
  readonly states: readonly ['output', ...string[]];
  /** Rows of the bias: one for the sum of both products, or one for the input's and one for the recurrent one's. */
  readonly biasRows: 1 | 2;
}

export const CELL_LAYOUTS = {
  lstm: {
    meaning: 'Hochreiter and Schmidhuber 1997',
    gates: ['input', 'forget', 'cell', 'output'],
    states: ['output', 'memory'],
    biasRows: 1,
  },
  gru: {
    meaning: 'Cho et al. 2014',
    gates: ['update', 'reset', 'new'],
    states: ['output'],
    biasRows: 2,
  },
} as const satisfies Record<Cell, CellLayout>;

/** A cell's gates by name. */
export type Gate<C extends Cell> = (typeof CELL_LAYOUTS)[C]['gates'][number];

/** The layout of any cell, for those who do not care which it is. */
export const cellLayout = (cell: Cell): CellLayout => CELL_LAYOUTS[cell];
