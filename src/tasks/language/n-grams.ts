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
  /** Which node comes after a node by a token: `node x vocabulary + token`. Node 0 is the empty history. */
  readonly #children = new Map<number, number>();
  /** Of each node: how often it was there, how often something came after it, and how many different tokens. */
  readonly #counts: number[] = [0];
  readonly #followed: number[] = [0];
  readonly #kinds: number[] = [0];

  /** @param options.order tokens of an n-gram: 1 looks at no history. */
  constructor(stream: Int32Array, options: { vocabularySize: number; order: number }) {
    this.#vocabularySize = options.vocabularySize;
    this.#order = options.order;
    for (let at = 0; at < stream.length; at++) {
      for (let length = 0; length < Math.min(options.order, at + 1); length++)
        this.#count(stream, at, length);
    }
  }

  /**
   * The sum of -ln P over a stream's tokens but the first, by histories of each length: of 0 to order - 1 tokens, which
   * is what models of order 1, 2, ... come to.
   */
  natsByOrder(stream: Int32Array): number[] {
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
    stream: Int32Array,
    { at, length, below }: { at: number; length: number; below: number },
  ): number {
    const history = this.#nodeOf(stream, at - length, at);
    if (history === undefined || this.#followed[history] === 0) return below;
    const kinds = this.#kinds[history]!;
    const child = this.#children.get(history * this.#vocabularySize + stream[at]!);
    const count = child === undefined ? 0 : this.#counts[child]!;
    return (count + kinds * below) / (this.#followed[history]! + kinds);
  }

  #count(stream: Int32Array, at: number, length: number): void {
    // There, since the same tokens were counted when the last of them was read.
    const history = this.#nodeOf(stream, at - length, at)!;
    const key = history * this.#vocabularySize + stream[at]!;
    let child = this.#children.get(key);
    if (child === undefined) {
      child = this.#counts.push(0) - 1;
      this.#followed.push(0);
      this.#kinds.push(0);
      this.#children.set(key, child);
      this.#kinds[history]! += 1;
    }
    this.#counts[child]! += 1;
    this.#followed[history]! += 1;
  }

  /** Of the tokens from `start` to before `end`; undefined where they never were one after another. */
  #nodeOf(stream: Int32Array, start: number, end: number): number | undefined {
    let node: number | undefined = 0;
    for (let at = start; at < end && node !== undefined; at++) {
      node = this.#children.get(node * this.#vocabularySize + stream[at]!);
    }
    return node;
  }
}
