/** Matrices of as many rows, beside each other: [rows, a] and [rows, b] to [rows, a + b]. */
export function joinColumns<T extends Float32Array | Uint8Array>(parts: readonly T[], rows: number): T {
  const [first] = parts;
  if (!first) throw new Error('There are no columns to join');
  if (parts.length === 1) return first;
  const width = parts.reduce((sum, { length }) => sum + length, 0) / rows;
  const joined = new (first.constructor as new (length: number) => T)(rows * width);
  let start = 0;
  for (const part of parts) {
    const own = part.length / rows;
    for (let row = 0; row < rows; row++) {
      joined.set(part.subarray(row * own, (row + 1) * own), row * width + start);
    }
    start += own;
  }
  return joined;
}

/** Of rows of `stride` values, the `width` ones from `start` on. */
export function takeColumns(
  data: Float32Array,
  { start, stride, width }: { start: number; stride: number; width: number },
): Float32Array {
  const rows = data.length / stride;
  const taken = new Float32Array(rows * width);
  for (let row = 0; row < rows; row++) {
    const from = row * stride + start;
    taken.set(data.subarray(from, from + width), row * width);
  }
  return taken;
}
