import { createHash } from 'node:crypto';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';

/** A stream of seeded random numbers. Nothing in Clipstep draws from any other source. */
export interface Random {
  /** Uniform in [0, 1), with 32 random bits. */
  float(): number;
  /** Uniform whole number in [minimum, maximum). */
  integer(minimum: number, maximum: number): number;
  /** Normal with mean 0 and standard deviation 1 (Box and Muller 1958). */
  normal(): number;
  /** One of the items, each as likely. */
  pick<T>(items: readonly T[]): T;
  /** A shuffled copy (Fisher and Yates). */
  shuffle<T>(items: readonly T[]): T[];
}

/**
 * The stream that belongs to a seed and a purpose, such as `random(7, 'shuffle', epoch)`. Streams of
 * different purposes are independent, so nothing needs to carry a generator's state along: whoever knows
 * the seed and where it stands (epoch, step) gets the same numbers again, which is what makes a resumed
 * training equal an uninterrupted one.
 */
export function random(seed: number, ...purpose: ReadonlyArray<string | number>): Random {
  const digest = createHash('sha256')
    .update(JSON.stringify([seed, ...purpose]))
    .digest();
  const generator = xoroshiro128plus(digest.readInt32LE(0));
  const float = () => (generator.next() >>> 0) / 2 ** 32;
  const integer = (minimum: number, maximum: number) => minimum + Math.floor(float() * (maximum - minimum));
  return {
    float,
    integer,
    normal: () => Math.sqrt(-2 * Math.log(1 - float())) * Math.cos(2 * Math.PI * float()),
    pick: (items) => items[integer(0, items.length)]!,
    shuffle: (items) => {
      const shuffled = [...items];
      for (let last = shuffled.length - 1; last > 0; last--) {
        const other = integer(0, last + 1);
        [shuffled[last], shuffled[other]] = [shuffled[other]!, shuffled[last]!];
      }
      return shuffled;
    },
  };
}
