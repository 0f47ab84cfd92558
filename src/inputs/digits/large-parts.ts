/**
 * Which inked pixels belong to a part, joined by sides or corners, that has at least the given share of the
 * largest part's pixels.
 *
 * @param options.inked uint8 [height, width], 0 or 1.
 * @returns uint8 [height, width], 1 for those.
 */
export function largeParts(
  { width, height, inked }: { width: number; height: number; inked: Uint8Array },
  smallestShare: number,
): Uint8Array {
  const left = inked.slice();
  const parts: number[][] = [];
  for (let index = 0; index < left.length; index++) {
    if (left[index]) parts.push(takePart(left, { width, height, index }));
  }
  const largest = parts.reduce((most, part) => Math.max(most, part.length), 0);
  const kept = new Uint8Array(inked.length);
  for (const part of parts) {
    if (part.length < smallestShare * largest) continue;
    for (const index of part) kept[index] = 1;
  }
  return kept;
}

/** Removes the part that a pixel belongs to from `left`, and lists its pixels. */
function takePart(left: Uint8Array, start: { width: number; height: number; index: number }): number[] {
  const { width, height } = start;
  const part = [start.index];
  left[start.index] = 0;
  // The list grows while it is walked through.
  for (const index of part) {
    const [row, column] = [Math.floor(index / width), index % width];
    for (let y = Math.max(0, row - 1); y <= Math.min(height - 1, row + 1); y++) {
      for (let x = Math.max(0, column - 1); x <= Math.min(width - 1, column + 1); x++) {
        const neighbour = y * width + x;
        if (!left[neighbour]) continue;
        left[neighbour] = 0;
        part.push(neighbour);
      }
    }
  }
  return part;
}
