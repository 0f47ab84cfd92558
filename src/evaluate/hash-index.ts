import { differingBits } from './perceptual-hash.js';

/** Two words of 32 bits. */
export type Hash = readonly [number, number];

/** Most bits in which a hash may differ from one that finds it. */
export const MOST_BITS = 4;

/**
 * A hash is cut into bands: of two hashes that differ in at most MOST_BITS, at least two bands are the same. Two bands
 * together are a key of some 21 bits, which few of up to some hundred thousand hashes share by chance.
 */
const BANDS = MOST_BITS + 2;
const HASH_BITS = 64;
const BAND_BITS = Math.ceil(HASH_BITS / BANDS);
const PAIRS_OF_BANDS = Array.from({ length: BANDS }, (_, first) =>
  Array.from({ length: BANDS - 1 - first }, (_, after) => [first, first + 1 + after] as const),
).flat();

/** Finds similar hashes without comparing each with all. */
export interface HashIndex {
  search(hash: Hash): HashSearch;
}

export interface HashSearch {
  /** With how many hashes `visitNear` compares. */
  readonly comparisons: number;
  /** Visits the index of every hash that differs in at most MOST_BITS, of some more than once. */
  visitNear(visit: (index: number) => void): void;
}

/**
 * Multi-index hashing (Manku et al. 2007, Detecting Near-Duplicates for Web Crawling, section 3): a table for each two
 * bands, in which hashes that have both in common lie together. It grows with the hashes, as does the time it takes.
 */
export function indexHashes(hashes: readonly Hash[]): HashIndex {
  const low = Int32Array.from(hashes, ([word]) => word);
  const high = Int32Array.from(hashes, ([, word]) => word);
  const tables = openTables(hashes);
  return {
    search: (hash) => {
      const keys = keysOf(hash);
      return {
        comparisons: tables.reduce(
          (sum, { start, end }, pair) => sum + end(keys[pair]!) - start(keys[pair]!),
          0,
        ),
        visitNear: (visit) => {
          for (const [pair, { entries, start, end }] of tables.entries()) {
            const last = end(keys[pair]!);
            for (let place = start(keys[pair]!); place < last; place++) {
              const index = entries[place]!;
              const bits = differingBits(low[index]!, hash[0]) + differingBits(high[index]!, hash[1]);
              if (bits <= MOST_BITS) visit(index);
            }
          }
        },
      };
    },
  };
}

/** The key of each two bands. */
function keysOf(hash: Hash): Int32Array {
  const bands = bandsOf(hash);
  const keys = new Int32Array(PAIRS_OF_BANDS.length);
  for (let pair = 0; pair < keys.length; pair++) {
    const [first, second] = PAIRS_OF_BANDS[pair]!;
    keys[pair] = (bands[first]! << BAND_BITS) | bands[second]!;
  }
  return keys;
}

/** Neighbouring bits are alike in most pictures: each goes to another band, so that every band tells hashes apart. */
function bandsOf(hash: Hash): Int32Array {
  const bands = new Int32Array(BANDS);
  for (let bit = 0; bit < HASH_BITS; bit++) {
    const band = bit % BANDS;
    bands[band] = (bands[band]! << 1) | ((hash[bit >> 5]! >>> (bit & 31)) & 1);
  }
  return bands;
}

/** Entries in the order of the slots that their keys fall into: a hash table without an object an entry. */
interface Table {
  readonly entries: Int32Array;
  /** Where the entries of a key start and end, among them those of other keys of the slot. */
  start(key: number): number;
  end(key: number): number;
}

function openTables(hashes: readonly Hash[]): Table[] {
  const keys = PAIRS_OF_BANDS.map(() => new Int32Array(hashes.length));
  for (const [index, hash] of hashes.entries()) {
    const own = keysOf(hash);
    for (let pair = 0; pair < own.length; pair++) keys[pair]![index] = own[pair]!;
  }
  return keys.map(openTable);
}

function openTable(keys: Int32Array): Table {
  const slotBits = Math.max(1, Math.ceil(Math.log2(keys.length + 1)));
  // Multiplicative hashing by the golden ratio (Knuth, The Art of Computer Programming, volume 3, section 6.4).
  const slotOf = (key: number): number => Math.imul(key, 0x9e3779b1) >>> (32 - slotBits);
  const starts = new Int32Array(2 ** slotBits + 1);
  for (const key of keys) starts[slotOf(key) + 1]! += 1;
  for (let slot = 1; slot < starts.length; slot++) starts[slot]! += starts[slot - 1]!;
  const next = starts.slice();
  const entries = new Int32Array(keys.length);
  for (const [index, key] of keys.entries()) entries[next[slotOf(key)]!++] = index;
  return { entries, start: (key) => starts[slotOf(key)]!, end: (key) => starts[slotOf(key) + 1]! };
}
