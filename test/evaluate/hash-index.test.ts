import { describe, expect, it } from 'vitest';
import { type Hash, indexHashes, MOST_BITS } from '../../src/evaluate/hash-index.js';
import { differingBits } from '../../src/evaluate/perceptual-hash.js';
import { type Random, random } from '../../src/random.js';

const draw = (stream: Random): Hash => [
  stream.integer(-(2 ** 31), 2 ** 31),
  stream.integer(-(2 ** 31), 2 ** 31),
];

function flipped([low, high]: Hash, bits: readonly number[]): Hash {
  const words: [number, number] = [low, high];
  for (const bit of bits) words[bit >> 5]! ^= 1 << (bit & 31);
  return words;
}

function found(hashes: readonly Hash[], hash: Hash): number[] {
  const visited = new Set<number>();
  indexHashes(hashes)
    .search(hash)
    .visitNear((index) => visited.add(index));
  return [...visited].sort((one, other) => one - other);
}

const nearest = (hashes: readonly Hash[], [low, high]: Hash): number[] =>
  [...hashes.keys()].filter((index) => {
    const [otherLow, otherHigh] = hashes[index]!;
    return differingBits(low, otherLow) + differingBits(high, otherHigh) <= MOST_BITS;
  });

describe('an index of hashes', () => {
  it('finds a hash by any that differs in at most four bits, wherever they are', () => {
    const stream = random(1, 'hash');
    const hash = draw(stream);
    const places = [...Array(64).keys()];
    const changes = [
      [],
      ...places.flatMap((one) => [[one], ...places.slice(one + 1).map((other) => [one, other])]),
      ...Array.from({ length: 4000 }, (_, turn) => stream.shuffle(places).slice(0, 3 + (turn % 2))),
    ];
    const index = indexHashes([draw(stream), hash, draw(stream)]);
    for (const bits of changes) {
      const visited = new Set<number>();
      index.search(flipped(hash, bits)).visitNear((place) => visited.add(place));
      expect(visited, bits.join()).toEqual(new Set([1]));
    }
  });

  it('does not find one that differs in more', () => {
    const stream = random(2, 'hash');
    const hash = draw(stream);
    const others = Array.from({ length: 500 }, () =>
      flipped(hash, stream.shuffle([...Array(64).keys()]).slice(0, MOST_BITS + 1)),
    );
    expect(found(others, hash)).toEqual([]);
  });

  it('finds among thousands what comparing with each finds', () => {
    const stream = random(3, 'hash');
    const seeds = Array.from({ length: 30 }, () => draw(stream));
    const hashes = Array.from({ length: 3000 }, () => {
      const bits = stream.shuffle([...Array(64).keys()]).slice(0, stream.integer(0, 5));
      return flipped(stream.pick(seeds), bits);
    });
    for (const hash of hashes.slice(0, 20)) expect(found(hashes, hash)).toEqual(nearest(hashes, hash));
  });

  it('finds one hash that is there thousands of times, and nothing in none', () => {
    const hashes = Array.from({ length: 5000 }, (): Hash => [0, -1]);
    expect(found(hashes, [1, -1])).toHaveLength(5000);
    expect(found([], [1, -1])).toEqual([]);
  });
});
