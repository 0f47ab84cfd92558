import type { Random } from '../../src/random.js';

/** What may happen to the bytes of a file: each returns others, and leaves those that it was given alone. */
export const MUTATIONS: Readonly<Record<string, (content: Buffer, stream: Random) => Buffer>> = {
  truncated: (content, stream) => content.subarray(0, stream.integer(0, content.length)),
  'bits flipped': flipBits,
  'parts swapped': swapParts,
  'part doubled': (content, stream) => {
    const { start, end } = part(content, stream);
    return Buffer.concat([content.subarray(0, end), content.subarray(start)]);
  },
  'part lost': (content, stream) => {
    const { start, end } = part(content, stream);
    return Buffer.concat([content.subarray(0, start), content.subarray(end)]);
  },
  'part zeroed': (content, stream) => {
    const { start, end } = part(content, stream);
    return Buffer.from(content).fill(0, start, end);
  },
  'length changed': changeLength,
  'bytes appended': (content, stream) => {
    const more = stream.pick([randomBytes(stream, 500), content, Buffer.alloc(4096)]);
    return Buffer.concat([content, more]);
  },
  'several at once': (content, stream) =>
    [flipBits, swapParts, changeLength].reduce((changed, change) => change(changed, stream), content),
};

/** One to 64 of them; half of the times near the beginning, where the headers are. */
function flipBits(content: Buffer, stream: Random): Buffer {
  const changed = Buffer.from(content);
  const reach = stream.float() < 0.5 ? Math.min(HEADER_BYTES, changed.length) : changed.length;
  const count = 2 ** stream.integer(0, 7);
  for (let flipped = 0; flipped < count && reach > 0; flipped++) {
    changed[stream.integer(0, reach)]! ^= 1 << stream.integer(0, 8);
  }
  return changed;
}

const HEADER_BYTES = 200;

function swapParts(content: Buffer, stream: Random): Buffer {
  const [first, second, third] = Array.from({ length: 3 }, () => stream.integer(0, content.length + 1)).sort(
    (one, other) => one - other,
  ) as [number, number, number];
  const [head, one, other, tail] = [
    content.subarray(0, first),
    content.subarray(first, second),
    content.subarray(second, third),
    content.subarray(third),
  ];
  return Buffer.concat([head, other, one, tail]);
}

/** Where a count or a length may stand: four bytes beside a name of four letters, or, without any, anywhere. */
function changeLength(content: Buffer, stream: Random): Buffer {
  const changed = Buffer.from(content);
  if (changed.length < 12) return changed;
  const names = [...content.toString('latin1').matchAll(/[A-Za-z]{4}/g)].map(({ index }) => index);
  const places = names
    .flatMap((index) => [index - 4, index + 4, index + 8, index + 12])
    .filter((index) => index >= 0 && index + 4 <= changed.length);
  const place = places.length > 0 ? stream.pick(places) : stream.integer(0, changed.length - 3);
  changed.writeUInt32BE(stream.pick(LENGTHS), place);
  return changed;
}

/** The bounds of signed and unsigned numbers of 32 bits, either way round, and lengths of nothing. */
const LENGTHS = [0xffffffff, 0x7fffffff, 0x80000000, 0xffffff7f, 0x00ffffff, 0x00010000, 8, 1, 0];

function part(content: Buffer, stream: Random): { start: number; end: number } {
  const start = stream.integer(0, content.length);
  const longest = Math.max(1, Math.floor(content.length / 4));
  return { start, end: Math.min(content.length, start + stream.integer(1, longest + 1)) };
}

function randomBytes(stream: Random, count: number): Buffer {
  return Buffer.from(Array.from({ length: count }, () => stream.integer(0, 256)));
}
