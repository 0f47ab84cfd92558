import { addNode, misfit, type Value } from '../graph.js';
import type { ClassLoss, WantedClasses } from './cross-entropy.js';
import { add, multiply, scalar, subtract } from './elementwise.js';
import { lookUp } from './embedding.js';
import { linear, type OutputLayer } from './linear.js';
import { linearCrossEntropy, linearLogProbabilities } from './linear-cross-entropy.js';
import { logSoftmax } from './matrix.js';
import { fromColumn, fromRows, toColumn, toRows } from './rows.js';
import { concatenate, split } from './shape.js';

/**
 * A softmax over words ordered from the most frequent to the rarest, in two steps (adaptive softmax; Grave et al. 2017,
 * arXiv 1609.04309): the head says which frequent word it is or in which tail it lies, and the tail, read only where its
 * words are, which of these. A word's probability is the product of both, so that those of all words add up to 1.
 */
export interface AdaptiveLayer {
  /** A class for each frequent word, then one for each tail: table [frequent words + tails, width]. */
  readonly head: OutputLayer;
  readonly tails: readonly AdaptiveTail[];
}

export interface AdaptiveTail {
  /** float32 [narrow, width]: fewer numbers tell rare words apart than frequent ones. */
  readonly projection: Value;
  /** float32 [words, narrow] */
  readonly table: Value;
}

/** The word of each place, taken apart as the layer is; see adaptiveFeeds (adaptive-feeds.ts). */
export interface AdaptiveWords<Classes> {
  /** Of all places [...]: the head's class. */
  readonly head: Classes;
  /** For each tail. */
  readonly tails: ReadonlyArray<{
    /** int32 [n]: the places, counted over all axes, whose word is in this tail; each once. */
    readonly places: Value;
    /** Of these [n]: which of the tail's words. */
    readonly words: Classes;
  }>;
}

/**
 * The cross-entropy in nats of the words at x [..., width]: the sum over all places of share x -log probability.
 *
 * @returns The loss is differentiable by x and by all of the layer; a hit is one of the head and, where the word is in a
 *   tail, of that too.
 */
export function adaptiveCrossEntropy(
  x: Value,
  layer: AdaptiveLayer,
  wanted: AdaptiveWords<WantedClasses>,
): ClassLoss {
  let { loss, hits } = linearCrossEntropy(x, layer.head, wanted.head);
  for (const { places, read, output, words } of readTails(x, layer, wanted)) {
    const ofTail = linearCrossEntropy(read, output, words);
    loss = add(loss, ofTail.loss);
    const misses = subtract(ofTail.hits, scalar(ofTail.hits, 1));
    const column = toColumn(hits);
    const missed = multiply(lookUp(column, places), toColumn(misses));
    hits = fromColumn(addAtRows(column, toColumn(places), missed), hits);
  }
  return { loss, hits };
}

/** The log-probability of the word at each place of x [..., width], float32 [...]; not differentiated. */
export function adaptiveLogProbabilities(
  x: Value,
  layer: AdaptiveLayer,
  given: AdaptiveWords<Pick<WantedClasses, 'indices'>>,
): Value {
  const { indices } = given.head;
  const ofHead = toColumn(linearLogProbabilities(x, layer.head, indices));
  const ofWords = readTails(x, layer, given).reduce((sum, { places, read, output, words }) => {
    const ofTail = linearLogProbabilities(read, output, words.indices);
    return addAtRows(sum, toColumn(places), toColumn(ofTail));
  }, ofHead);
  return fromColumn(ofWords, indices);
}

/** The log-probabilities of all words in their order, x [..., width] -> [..., words]; not differentiated. */
export function adaptiveDistribution(x: Value, { head, tails }: AdaptiveLayer): Value {
  const rows = toRows(x);
  const ofHead = logSoftmax(linear(rows, head));
  const frequent = Number(head.table.shape[0]) - tails.length;
  const [ofFrequent, ...ofTails] = split(ofHead, 1, [frequent, ...tails.map(() => 1)]) as [Value, ...Value[]];
  const ofRare = tails.map(({ projection, table }, tail) =>
    add(logSoftmax(linear(linear(rows, { table: projection }), { table })), ofTails[tail]!),
  );
  return fromRows(concatenate([ofFrequent, ...ofRare], 1), x);
}

/** What each tail reads, [n, narrow] of its places, and which of its words are there. */
function readTails<Classes>(x: Value, layer: AdaptiveLayer, given: AdaptiveWords<Classes>) {
  if (given.tails.length !== layer.tails.length) {
    throw misfit(
      'adaptive softmax',
      [x],
      `words of ${layer.tails.length} tails, not of ${given.tails.length}`,
    );
  }
  const rows = toRows(x);
  return layer.tails.map(({ projection, table }, tail) => {
    const { places, words } = given.tails[tail]!;
    const read = linear(lookUp(rows, places), { table: projection });
    return { places, read, output: { table } satisfies OutputLayer, words };
  });
}

/** x [rows, 1] and, at some rows [n, 1], each there once, what is added to them [n, 1]. */
function addAtRows(x: Value, rows: Value, added: Value): Value {
  const attributes = {
    axis: { kind: 'integer', value: 0 },
    reduction: { kind: 'text', value: 'add' },
  } as const;
  return addNode('ScatterElements', { inputs: [x, rows, added], outputs: [x], attributes })[0]!;
}
