import { addNode, constant, differentiable, type Value } from '../graph.js';
import { inChunks } from './chunks.js';
import {
  type ClassLoss,
  checkPlaces,
  checkWanted,
  columnsOf,
  logProbabilities,
  rowLosses,
  total,
  type WantedClasses,
} from './cross-entropy.js';
import { add, multiply } from './elementwise.js';
import { checkLayer, type OutputLayer } from './linear.js';
import { loop, scan } from './loop.js';
import { gemm, softmax } from './matrix.js';
import { sum } from './reduce.js';
import { fromColumn, toColumn, toRows } from './rows.js';
import { reshape } from './shape.js';

/**
 * The cross-entropy of a linear layer's logits, of x [..., width]: the number that crossEntropy(linear(x, layer),
 * wanted) is, for vocabularies. It goes through the rows in chunks and computes the gradients on the way forward, while
 * a chunk's logits are in the processor's cache, so that neither all logits nor their gradient are ever in memory: for
 * 2,048 places and 10,000 classes these would be 82 MB each. (Hsu et al. 2024, arXiv 2410.10989, do so on GPUs.)
 *
 * Its loss is differentiable by x, table and bias.
 */
export function linearCrossEntropy(x: Value, layer: OutputLayer, wanted: WantedClasses): ClassLoss {
  checkLayer('linear cross-entropy', x, layer);
  checkWanted('linear cross-entropy', x, wanted);
  const { table, bias } = layer;
  const weights = bias ? [table, bias] : [table];
  const rows = toRows(x);
  const { indices, shares } = columnsOf(wanted);
  const chunks = inChunks([rows, indices, shares], chunkSizes(layer));
  const { state, items } = loop({
    initial: weights.map(zerosLike),
    sequences: chunks.sequences,
    turn: ([byTable, byBias], sequences) => {
      const [chunk, chunkIndices, chunkShares] = sequences as [Value, Value, Value];
      const logits = gemm(chunk, table, { transposeB: true, plus: bias });
      const { losses, hits, byLogits } = rowLosses(logits, { indices: chunkIndices, shares: chunkShares });
      const gradient = byLogits();
      const nextByTable = gemm(gradient, chunk, { transposeA: true, plus: byTable });
      return {
        state: byBias ? [nextByTable, add(byBias, columnSums(gradient))] : [nextByTable],
        items: [losses, hits, gemm(gradient, table)],
      };
    },
  });
  const [losses, hits, byRows] = items as [Value, Value, Value];
  const loss = differentiable(total(losses), {
    inputs: [rows, ...weights],
    gradients: (dy) => [chunks.join(byRows), ...state].map((gradient) => () => multiply(gradient, dy)),
  });
  return { loss, hits: fromColumn(chunks.join(hits), wanted.indices) };
}

/**
 * What the softmax over a linear layer's logits gives to one class a place, as logarithms: x float32 [..., width] and
 * indices int32 or int64 [...] -> float32 [...]. In chunks, as linearCrossEntropy; not differentiated.
 */
export function linearLogProbabilities(x: Value, layer: OutputLayer, indices: Value): Value {
  checkLayer('linear log-probabilities', x, layer);
  checkPlaces('linear log-probabilities', x, indices);
  const { table, bias } = layer;
  const chunks = inChunks([toRows(x), toColumn(indices)], chunkSizes(layer));
  const [found] = scan({
    initial: [],
    sequences: chunks.sequences,
    turn: (_, [chunk, chunkIndices]) => {
      const logits = gemm(chunk!, table, { transposeB: true, plus: bias });
      return { state: [], items: [logProbabilities(logits, softmax(logits), chunkIndices!)] };
    },
  });
  return fromColumn(chunks.join(found!), indices);
}

/** 10 MB of logits: large enough for products at full speed, small enough for a processor's cache. */
const LOGITS_PER_CHUNK = 2_621_440;

const chunkSizes = ({ table }: OutputLayer) => ({
  valuesPerRow: Number(table.shape[0]),
  valuesPerChunk: Math.max(LOGITS_PER_CHUNK, Number(table.shape[0])),
});

function columnSums(x: Value): Value {
  return reshape(sum(x, [0]), [Number(x.shape[1])]);
}

function zerosLike({ graph, shape, dtype }: Value): Value {
  const sizes = constant(graph, { shape: [shape.length], data: BigInt64Array.from(shape, BigInt) });
  return addNode('ConstantOfShape', { inputs: [sizes], outputs: [{ dtype, shape }] })[0]!;
}
