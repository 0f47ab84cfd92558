import { differentiable, misfit, type Value } from '../graph.js';
import { gemm } from './matrix.js';
import { sum } from './reduce.js';
import { fromRows, toRows } from './rows.js';
import { reshape } from './shape.js';

/** The layer that gives a logit to each of many classes. */
export interface OutputLayer {
  /**
   * float32 [classes, width], a row a class: laid out as an embedding table is, so that one table can be both (tied
   * weights; Press and Wolf 2017, Inan et al. 2017), and the gradients of both uses add up.
   */
  readonly table: Value;
  /** float32 [classes] */
  readonly bias?: Value | undefined;
}

/** x [..., width] -> logits [..., classes]; differentiable, as one product over all rows each. */
export function linear(x: Value, { table, bias }: OutputLayer): Value {
  checkLayer('linear layer', x, { table, bias });
  const rows = toRows(x);
  const logits = gemm(rows, table, { transposeB: true, plus: bias });
  const shape = [Number(table.shape[0])];
  differentiable(logits, {
    inputs: bias ? [rows, table, bias] : [rows, table],
    gradients: (dy) => [
      () => gemm(dy, table),
      () => gemm(dy, rows, { transposeA: true }),
      () => reshape(sum(dy, [0]), shape),
    ],
  });
  return fromRows(logits, x);
}

export function checkLayer(operator: string, x: Value, { table, bias }: OutputLayer): void {
  const [classes, width] = table.shape;
  const fits =
    typeof classes === 'number' &&
    typeof width === 'number' &&
    table.shape.length === 2 &&
    x.shape.length > 1 &&
    x.shape.at(-1) === width &&
    (!bias || bias.shape.join() === `${classes}`);
  if (!fits) {
    const given = bias ? [x, table, bias] : [x, table];
    throw misfit(operator, given, '[..., width], [classes, width], both known, and [classes]');
  }
}
