import { type Random, random } from '../../random.js';
import { centreByMass, DIGIT_SIDE } from './centre-by-mass.js';
import { type Glyph, type GlyphPoint, glyphsOf } from './digit-glyphs.js';
import { drawHand, type Hand } from './hand.js';
import { DIGIT_CLASSES, IMAGE_SIDE, type LabelledImages } from './labelled-images.js';
import { type PenPoint, rasterise } from './rasterise.js';
import { smooth } from './smooth.js';

export interface StrokesOptions {
  readonly count: number;
  /** The two parts share no random number. */
  readonly part: 'train' | 'test';
  readonly seed: number;
}

/**
 * Digits as a pen might have written them, in MNIST's form: where there is no network they stand in for
 * MNIST, which they are not. Labels go round from 0 to 9. Fewer digits of a seed are the first of more.
 */
export function generateStrokes({ count, part, seed }: StrokesOptions): LabelledImages {
  const stream = random(seed, 'strokes', part);
  const glyphs = Array.from({ length: DIGIT_CLASSES }, (_, digit) => glyphsOf(digit));
  const images = new Uint8Array(count * IMAGE_SIDE * IMAGE_SIDE);
  const labels = Uint8Array.from({ length: count }, (_, index) => index % DIGIT_CLASSES);
  labels.forEach((label, index) => {
    images.set(drawGlyph(stream.pick(glyphs[label]!), stream), index * IMAGE_SIDE * IMAGE_SIDE);
  });
  return { images, labels };
}

function drawGlyph(glyph: Glyph, stream: Random): Uint8Array {
  const hand = drawHand(stream);
  const skeleton = glyph.map((stroke) => smooth(stroke.map(hand.deform)));
  const { strokes, width, height } = fitted(skeleton, hand);
  return centreByMass({ width, height, data: rasterise(strokes, { width, height }) });
}

interface Drawing {
  readonly strokes: ReadonlyArray<readonly PenPoint[]>;
  /** In whole pixels, the larger of the two 20. */
  readonly width: number;
  readonly height: number;
}

/** Scales the strokes so that their ink fills the square of 20 x 20 pixels one way. */
function fitted(skeleton: Glyph, { radiusAt }: Hand): Drawing {
  const points = skeleton.flat();
  const pen = points.map(({ x, y }, index) => ({ x, y, radius: radiusAt(index / points.length) }));
  const longest = (of: typeof points, scale: number) =>
    Math.max(extent(of, { axis: 'x', scale }).length, extent(of, { axis: 'y', scale }).length);
  const bareLength = longest(points, 1);
  let scale = DIGIT_SIDE / bareLength;
  // The pen's width does not grow with the digit: Newton's steps on a length that is linear but for kinks.
  for (let step = 0; step < 3; step++) {
    scale -= (longest(pen, scale) - DIGIT_SIDE) / bareLength;
  }
  const [across, down] = [extent(pen, { axis: 'x', scale }), extent(pen, { axis: 'y', scale })];
  const placed = pen.map(({ x, y, radius }) => ({
    x: x * scale - across.start,
    y: y * scale - down.start,
    radius,
  }));
  return {
    strokes: skeleton.map(({ length }) => placed.splice(0, length)),
    width: Math.min(DIGIT_SIDE, Math.ceil(across.length)),
    height: Math.min(DIGIT_SIDE, Math.ceil(down.length)),
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
