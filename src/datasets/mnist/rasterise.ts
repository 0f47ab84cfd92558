/** Where the pen is and how wide it draws there, in pixels; (0, 0) is the image's upper left corner. */
export interface PenPoint {
  readonly x: number;
  readonly y: number;
  readonly radius: number;
}

/**
 * Draws strokes with round ends, anti-aliased: a pixel's ink is how much of it lies within the pen's
 * radius, taking the outline as straight there.
 *
 * @param strokes each with at least one point.
 * @returns uint8 [height, width], 255 where all is ink.
 */
export function rasterise(
  strokes: ReadonlyArray<readonly PenPoint[]>,
  { width, height }: { width: number; height: number },
): Uint8Array {
  const ink = new Uint8Array(width * height);
  for (const stroke of strokes) {
    stroke.forEach((point, index) => {
      drawSegment(ink, { from: stroke[Math.max(0, index - 1)]!, to: point, width, height });
    });
  }
  return ink;
}

function drawSegment(
  ink: Uint8Array,
  segment: { from: PenPoint; to: PenPoint; width: number; height: number },
): void {
  const { from, to, width, height } = segment;
  const reach = Math.max(from.radius, to.radius) + 0.5;
  const alongX = to.x - from.x;
  const alongY = to.y - from.y;
  // A point alone has no direction; any number but 0 keeps it from dividing 0 by 0.
  const squaredLength = alongX ** 2 + alongY ** 2 || 1;
  const lastRow = Math.min(height - 1, Math.floor(Math.max(from.y, to.y) + reach));
  const lastColumn = Math.min(width - 1, Math.floor(Math.max(from.x, to.x) + reach));
  const firstColumn = Math.max(0, Math.floor(Math.min(from.x, to.x) - reach));
  for (let row = Math.max(0, Math.floor(Math.min(from.y, to.y) - reach)); row <= lastRow; row++) {
    const fromY = row + 0.5 - from.y;
    for (let column = firstColumn; column <= lastColumn; column++) {
      const index = row * width + column;
      if (ink[index] === 255) continue;
      const fromX = column + 0.5 - from.x;
      const share = Math.min(1, Math.max(0, (fromX * alongX + fromY * alongY) / squaredLength));
      const distance = Math.sqrt((fromX - share * alongX) ** 2 + (fromY - share * alongY) ** 2);
      const radius = from.radius + share * (to.radius - from.radius);
      const value = 255 * Math.min(1, Math.max(0, radius + 0.5 - distance));
      if (value > ink[index]!) ink[index] = value;
    }
  }
}
