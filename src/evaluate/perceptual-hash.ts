/** A thumbnail's cells; in its hash a bit says whether the cell to the right is brighter. */
const ROWS = 8;
const COLUMNS = 9;

/** Side of the square frame that a thumbnail is made of, in pixels: cells of 8 x 9 pixels. */
export const THUMBNAIL_SOURCE_SIDE = ROWS * COLUMNS;

/** Bytes of a thumbnail. */
export const THUMBNAIL_BYTES = ROWS * COLUMNS * 3;

/**
 * Grey levels by which the cells of a frame must vary at least (standard deviation): in a black or blurred
 * frame all bits are the codec's noise, and would match those of any other such frame.
 */
const LEAST_DETAIL = 4;

/**
 * A frame's mean colours.
 * @param pixels uint8 RGB [72, 72, 3].
 * @returns uint8 RGB [8, 9, 3].
 */
export function thumbnailOf(pixels: Uint8Array): Uint8Array {
  const sums = new Float64Array(THUMBNAIL_BYTES);
  const [height, width] = [THUMBNAIL_SOURCE_SIDE / ROWS, THUMBNAIL_SOURCE_SIDE / COLUMNS];
  for (let index = 0; index < pixels.length; index++) {
    const pixel = Math.floor(index / 3);
    const row = Math.floor(pixel / THUMBNAIL_SOURCE_SIDE / height);
    const column = Math.floor((pixel % THUMBNAIL_SOURCE_SIDE) / width);
    sums[(row * COLUMNS + column) * 3 + (index % 3)]! += pixels[index]!;
  }
  return Uint8Array.from(sums, (sum) => Math.round(sum / (height * width)));
}

/**
 * Difference hash of 64 bits (dHash, Krawetz 2013): scaling, recompression and a change of brightness hardly
 * change it.
 *
 * @returns two words of 32 bits, or null for a frame without detail.
 */
export function differenceHash(thumbnail: Uint8Array): [number, number] | null {
  const cells = greyCells(thumbnail);
  const mean = cells.reduce((sum, value) => sum + value, 0) / cells.length;
  const variance = cells.reduce((sum, value) => sum + (value - mean) ** 2, 0) / cells.length;
  if (Math.sqrt(variance) < LEAST_DETAIL) return null;
  const words: [number, number] = [0, 0];
  for (let bit = 0; bit < ROWS * (COLUMNS - 1); bit++) {
    const cell = Math.floor(bit / (COLUMNS - 1)) * COLUMNS + (bit % (COLUMNS - 1));
    if (cells[cell]! < cells[cell + 1]!) words[bit >> 5]! |= 1 << (bit & 31);
  }
  return words;
}

/** Bits in which two words of 32 bits differ. */
export function differingBits(one: number, other: number): number {
  // Counted in pairs, fours and bytes at once (Warren, Hacker's Delight, section 5-1).
  let bits = one ^ other;
  bits -= (bits >>> 1) & 0x55555555;
  bits = (bits & 0x33333333) + ((bits >>> 2) & 0x33333333);
  return (((bits + (bits >>> 4)) & 0x0f0f0f0f) * 0x01010101) >>> 24;
}

/** Mean distance of two thumbnails in levels of 256. */
export function colourDistance(one: Uint8Array, other: Uint8Array): number {
  let sum = 0;
  for (let index = 0; index < one.length; index++) sum += Math.abs(one[index]! - other[index]!);
  return sum / one.length;
}

function greyCells(thumbnail: Uint8Array): number[] {
  return Array.from(
    { length: ROWS * COLUMNS },
    (_, cell) => (thumbnail[3 * cell]! + thumbnail[3 * cell + 1]! + thumbnail[3 * cell + 2]!) / 3,
  );
}
