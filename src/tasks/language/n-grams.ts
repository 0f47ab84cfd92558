import type { TokenStream } from '../../inputs/text/token-stream.js';
import { TokenTree } from './token-tree.js';

/**
 * An n-gram model: the next token by how often it followed the last ones in the training part, of each order interpolated
 * with the order below by how many different tokens followed there (Witten and Bell 1991, method C), down to equal
 * probabilities for all:
 *
 *     P(w | h) = (count(h w) + kinds(h) P(w | h')) / (count(h) + kinds(h)),    h' being h without its first token
 *
 * Every token has a probability, and they add up to 1.
 */
export class NGrams {
  readonly #vocabularySize: number;
  readonly #order: number;
  /** Histories, and the tokens that came after them. */
  readonly #tree: TokenTree;
  /** Of each node: how often it was there, how often something came after it, and how many different tokens. */
  readonly #counts: Int32Array;
  readonly #followed: Int32Array;
  readonly #kinds: Int32Array;

  /** @param options.order tokens of an n-gram: 1 looks at no history. */
  constructor(stream: TokenStream, options: { vocabularySize: number; order: number }) {
    const { vocabularySize, order } = options;
    this.#vocabularySize = vocabularySize;
    this.#order = order;
    this.#tree = new TokenTree(vocabularySize);
    const most = 1 + stream.length * order;
    this.#counts = new Int32Array(most);
    this.#followed = new Int32Array(most);
    this.#kinds = new Int32Array(most);
    for (let at = 0; at < stream.length; at++) {
      for (let length = 0; length < Math.min(order, at + 1); length++) this.#count(stream, at, length);
    }
  }

  /**
   * The sum of -ln P over a stream's tokens but the first, by histories of each length: of 0 to order - 1 tokens, which
   * is what models of order 1, 2, ... come to.
   */
  natsByOrder(stream: TokenStream): number[] {
    const sums = new Array<number>(this.#order).fill(0);
    for (let at = 1; at < stream.length; at++) {
      let probability = 1 / this.#vocabularySize;
      for (let length = 0; length < this.#order; length++) {
        if (length <= at) probability = this.#interpolated(stream, { at, length, below: probability });
        sums[length]! -= Math.log(probability);
      }
    }
    return sums;
  }

  #interpolated(
    stream: TokenStream,
    { at, length, below }: { at: number; length: number; below: number },
  ): number {
    const history = this.#nodeOf(stream, at - length, at);
    if (history === undefined || this.#followed[history] === 0) return below;
    const kinds = this.#kinds[history]!;
    const child = this.#tree.child(history, stream[at]!);
    const count = child === undefined ? 0 : this.#counts[child]!;
    return (count + kinds * below) / (this.#followed[history]! + kinds);
  }

  #count(stream: TokenStream, at: number, length: number): void {
    // There, since the same tokens were counted when the last of them was read.
    const history = this.#nodeOf(stream, at - length, at)!;
    const token = stream[at]!;
    let child = this.#tree.child(history, token);
    if (child === undefined) {
      child = this.#tree.add(history, token);
      this.#kinds[history]! += 1;
    }
    this.#counts[child]! += 1;
    this.#followed[history]! += 1;
  }

  /** Of the tokens from `start` to before `end`; undefined where they never were one after another. */
  #nodeOf(stream: TokenStream, start: number, end: number): number | undefined {
    let node: number | undefined = 0;
    for (let at = start; at < end && node !== undefined; at++) {
      node = this.#tree.child(node, stream[at]!);
    }
    return node;
  }
}
