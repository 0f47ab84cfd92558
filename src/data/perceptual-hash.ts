/** Grey cells of a frame: a bit says whether the one to the right is brighter. */
const ROWS = 8;
const COLUMNS = 9;

/** Side of the square frame that is hashed, in pixels: whole cells of 8 x 9 pixels. */
export const HASHED_SIDE = ROWS * COLUMNS;

/**
 * Grey levels by which the cells of a frame must vary at least (standard deviation): in a black or blurred
 * frame all bits are the codec's noise, and would match those of any other such frame.
 */
const LEAST_DETAIL = 4;

/**
 * Difference hash of 64 bits (dHash, Krawetz 2013): scaling, recompression and a change of brightness hardly
 * change it.
 *
 * @param pixels uint8 RGB [72, 72, 3].
 * @returns two words of 32 bits, or null for a frame without detail.
 */
export function differenceHash(pixels: Uint8Array): [number, number] | null {
  const cells = greyCells(pixels);
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

/** Mean of red, green and blue in each cell, row by row. */
function greyCells(pixels: Uint8Array): Float64Array {
  const cells = new Float64Array(ROWS * COLUMNS);
  const [height, width] = [HASHED_SIDE / ROWS, HASHED_SIDE / COLUMNS];
  for (let index = 0; index < pixels.length; index++) {
    const pixel = Math.floor(index / 3);
    const row = Math.floor(pixel / HASHED_SIDE / height);
    const column = Math.floor((pixel % HASHED_SIDE) / width);
    cells[row * COLUMNS + column]! += pixels[index]! / (height * width * 3);
  }
  return cells;
}
