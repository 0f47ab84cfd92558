import { addNode, differentiable, misfit, type Value } from '../graph.js';
import {
  type ClassLoss,
  checkWanted,
  clipWhole,
  crossEntropy,
  LARGEST_INDEX,
  type WantedClasses,
} from './cross-entropy.js';
import { add, cast, multiply, scalar, subtract } from './elementwise.js';
import { lookUp } from './embedding.js';
import { checkLayer, linear, type OutputLayer } from './linear.js';
import { sum } from './reduce.js';
import { fromRows, toColumn, toRows } from './rows.js';
import { concatenate, reshape } from './shape.js';

/** The classes that stand for all others in a step; see sampledFeeds (sampled-feeds.ts). */
export interface SampledClasses {
  /** int32 [samples], each once; their number is known. */
  readonly samples: Value;
  /** float32 [samples]: the logarithm of how often each was to be expected among the samples. */
  readonly expectations: Value;
}

/**
 * An estimate of linearCrossEntropy that reads few rows of the table: in softmax' denominator, samples stand for all
 * classes but a place's own, each weighed by how often it was to be expected, so that the denominator is about right on average
 * (sampled softmax; Bengio and Senecal 2008; in this form Blanc and Rendle 2018, arXiv 1712.00527). The loss is a
 * little too low, since a logarithm is taken of it: a perplexity is that of the softmax over all classes.
 *
 * @returns The loss is differentiable by x, table and bias; `hits` are among own class and samples.
 */
export function sampledCrossEntropy(
  x: Value,
  layer: OutputLayer,
  wanted: WantedClasses & SampledClasses,
): ClassLoss {
  checkLayer('sampled cross-entropy', x, layer);
  checkWanted('sampled cross-entropy', x, wanted);
  checkSamples(x, wanted);
  const { samples, shares } = wanted;
  const rows = toRows(x);
  // Ignored places get the first class, which is there to be read.
  const own = clipWhole(wanted.indices, 0, LARGEST_INDEX);
  const ofSamples = linear(rows, sampledLayer(layer, wanted));
  // A sample that is a place's own class is not one of the others.
  const others = add(ofSamples, multiply(equals(toColumn(own), samples), scalar(x, IMPOSSIBLE)));
  const logits = fromRows(concatenate([ownLogits(rows, layer, own), others], 1), x);
  return crossEntropy(logits, { indices: clipWhole(wanted.indices, -1, 0), shares });
}

/** Added to a logit, makes its probability 0. */
const IMPOSSIBLE = -1e9;

function sampledLayer({ table, bias }: OutputLayer, { samples, expectations }: SampledClasses): OutputLayer {
  const ofSamples = bias ? reshape(lookUp(asColumn(bias), samples), samples.shape) : scalar(table, 0);
  return { table: lookUp(table, samples), bias: subtract(ofSamples, expectations) };
}

/** The logit of one class a row, rows [rows, width] and own [...] -> [rows, 1]. */
function ownLogits(rows: Value, { table, bias }: OutputLayer, own: Value): Value {
  const logits = rowProducts(rows, toRows(lookUp(table, own)));
  return bias ? add(logits, toRows(lookUp(asColumn(bias), own))) : logits;
}

const asColumn = (bias: Value): Value => reshape(bias, [Number(bias.shape[0]), 1]);

/** The product of each row of a [rows, width] with that of b, [rows, 1]. */
function rowProducts(a: Value, b: Value): Value {
  const y = sum(multiply(a, b), [1]);
  return differentiable(y, {
    inputs: [a, b],
    gradients: (dy) => [() => multiply(dy, b), () => multiply(dy, a)],
  });
}

/** 1 where whole numbers of a column [rows, 1] and a row [columns] are equal, else 0: float32 [rows, columns]. */
function equals(column: Value, row: Value): Value {
  const shape = [column.shape[0]!, row.shape[0]!];
  // A truth value, which nothing but the cast reads.
  const outputs = [{ dtype: 'uint8', shape }] as const;
  return cast(addNode('Equal', { inputs: [column, row], outputs })[0]!, 'float32');
}

function checkSamples(x: Value, { indices, samples, expectations }: WantedClasses & SampledClasses): void {
  const fits =
    samples.dtype === indices.dtype &&
    samples.shape.length === 1 &&
    typeof samples.shape[0] === 'number' &&
    expectations.shape.join() === samples.shape.join();
  if (!fits) {
    const expected = 'samples as many as are known, in the data type of the indices, and an expectation each';
    throw misfit('sampled cross-entropy', [x, indices, samples, expectations], expected);
  }
}
