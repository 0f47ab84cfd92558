import { type Random, random } from '../../random.js';
import { type Glyph, glyphsOf } from './digit-glyphs.js';
import { drawHand } from './hand.js';
import { inkImage } from './ink-image.js';
import { DIGIT_CLASSES, IMAGE_SIDE, type LabelledImages } from './labelled-images.js';
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
  return inkImage(
    glyph.map((stroke) => smooth(stroke.map(hand.deform))),
    hand,
  );
}
