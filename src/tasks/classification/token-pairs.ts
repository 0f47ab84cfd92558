import type { Tensor } from '../../tensors/tensor.js';

/** Of more different tokens, such as words, most pairs never occur in the examples that are kept. */
export const MOST_PAIRED_TOKENS = 256;

/** A token that follows another one so often counts as much as what is known of all tokens. */
const PRIOR = 5;

/**
 * How often each token follows each other one: float32 [tokens + 1, tokens + 1], a text's edges being the last of them.
 *
 * @param texts int32 [timesteps] each, of tokens below `tokens`.
 */
export function countPairs(texts: readonly Int32Array[], tokens: number): Tensor {
  const side = tokens + 1;
  const data = new Float32Array(side * side);
  for (const text of texts) {
    eachPair(text, tokens, (before, after) => {
      data[before * side + after]! += 1;
    });
  }
  return { shape: [side, side], data };
}

/**
 * How little a text looks like those whose pairs were counted: the mean over its tokens and its end of -ln p(token | the one
 * before), in nats. p is that of a hierarchical Dirichlet model (MacKay and Peto 1995): what followed a token is mixed with
 * how frequent tokens are, and that with all being alike.
 */
export function openSurprise({ data, shape }: Tensor): (text: Int32Array) => number {
  const side = shape[0]!;
  const totals = new Float64Array(side);
  const followed = new Float64Array(side);
  for (const [at, count] of data.entries()) {
    followed[Math.floor(at / side)]! += count;
    totals[at % side]! += count;
  }
  const all = totals.reduce((sum, count) => sum + count, 0);
  const frequency = totals.map((count) => (count + PRIOR / side) / (all + PRIOR));
  const surprises = Float64Array.from(data, (count, at) => {
    const before = Math.floor(at / side);
    return -Math.log((count + PRIOR * frequency[at % side]!) / (followed[before]! + PRIOR));
  });
  return (text) => {
    let sum = 0;
    eachPair(text, side - 1, (before, after) => {
      sum += surprises[before * side + after]!;
    });
    return sum / (text.length + 1);
  };
}

function eachPair(text: Int32Array, edge: number, visit: (before: number, after: number) => void): void {
  let before = edge;
  for (const token of text) {
    visit(before, token);
    before = token;
  }
  visit(before, edge);
}
