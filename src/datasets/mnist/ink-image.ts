import { centreByMass, DIGIT_SIDE } from './centre-by-mass.js';
import type { Glyph, GlyphPoint } from './digit-glyphs.js';
import type { Hand } from './hand.js';
import { type PenPoint, rasterise } from './rasterise.js';

/**
 * Draws strokes in MNIST's form, with their centre of mass in the middle.
 *
 * @param skeleton as the hand deformed it.
 * @param hand.side of the square that the ink fills one way, in pixels, at most 20, which is what it is when absent.
 * @returns uint8 [28, 28].
 */
export function inkImage(
  skeleton: Glyph,
  { radiusAt, side = DIGIT_SIDE }: Pick<Hand, 'radiusAt'> & { side?: number },
): Uint8Array {
  const { strokes, width, height } = fitted(skeleton, { radiusAt, side });
  return centreByMass({ width, height, data: rasterise(strokes, { width, height }) });
}

interface Pen extends Pick<Hand, 'radiusAt'> {
  readonly side: number;
}

interface Drawing {
  readonly strokes: ReadonlyArray<readonly PenPoint[]>;
  /** In whole pixels, the larger of the two the side of the square. */
  readonly width: number;
  readonly height: number;
}

/** Scales the strokes so that their ink fills the square one way. */
function fitted(skeleton: Glyph, { radiusAt, side }: Pen): Drawing {
  const points = skeleton.flat();
  const pen = points.map(({ x, y }, index) => ({ x, y, radius: radiusAt(index / points.length) }));
  const longest = (of: typeof points, scale: number) =>
    Math.max(extent(of, { axis: 'x', scale }).length, extent(of, { axis: 'y', scale }).length);
  // A dot has no length; any number but 0 keeps it from dividing by 0.
  const bareLength = longest(points, 1) || 1;
  let scale = side / bareLength;
  // The pen's width does not grow with the digit: Newton's steps on a length that is linear but for kinks.
  for (let step = 0; step < 3; step++) {
    scale -= (longest(pen, scale) - side) / bareLength;
  }
  const [across, down] = [extent(pen, { axis: 'x', scale }), extent(pen, { axis: 'y', scale })];
  const placed = pen.map(({ x, y, radius }) => ({
    x: x * scale - across.start,
    y: y * scale - down.start,
    radius,
  }));
  return {
    strokes: skeleton.map(({ length }) => placed.splice(0, length)),
    width: Math.min(side, Math.ceil(across.length)),
    height: Math.min(side, Math.ceil(down.length)),
  };
}

/** Along one axis, from the least to the greatest place that the pen reaches; bare points have no width. */
function extent(
  points: ReadonlyArray<GlyphPoint & { readonly radius?: number | undefined }>,
  { axis, scale }: { axis: 'x' | 'y'; scale: number },
): { start: number; length: number } {
  let [start, end] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const { x, y, radius = 0 } of points) {
    const place = (axis === 'x' ? x : y) * scale;
    if (place - radius < start) start = place - radius;
    if (place + radius > end) end = place + radius;
  }
  return { start, length: end - start };
}
