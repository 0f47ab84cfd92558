import { centreByMass, DIGIT_SIDE, type Ink } from '../../datasets/mnist/centre-by-mass.js';
import { UserError } from '../../errors.js';
import { readPicture } from '../../media/images/picture.js';
import { type Pixels, resample } from '../../media/images/resample.js';
import { findInk } from './find-ink.js';
import { quantile } from './quantile.js';

/** 14 pixels for each of the digit's 20: more would not be seen in the result. */
const LONGEST_SIDE = 14 * DIGIT_SIDE;

/**
 * Reads a picture of one digit, of any size and colours, dark on light or light on dark, and brings it into
 * MNIST's form (LeCun et al. 1998, section III): the drawing cut out, scaled to fill 20 x 20 pixels one way,
 * and its centre of mass put into the middle of 28 x 28.
 *
 * @returns uint8 [28, 28], light ink on dark.
 * @throws UserError `empty` when nothing stands out from the ground, and what media/images/picture.ts throws.
 */
export async function prepareDigit(path: string): Promise<Uint8Array> {
  // What is drawn in white on nothing is only seen with something dark behind it.
  const ink = (await inkOn(path, 'white')) ?? (await inkOn(path, 'black'));
  if (!ink) throw blank(path);
  const scaled = resample(framed(ink), { size: DIGIT_SIDE, kernel: 'linear' });
  const grey = scaled.filter((_, index) => index % 3 === 0);
  return centreByMass({ width: DIGIT_SIDE, height: DIGIT_SIDE, data: toFullInk(grey) });
}

async function inkOn(path: string, background: 'white' | 'black'): Promise<Ink | null> {
  return findInk(await readPicture(path, { longestSide: LONGEST_SIDE, background }));
}

/** The ink in the middle of a square of its longer side, in grey. */
function framed({ width, height, data }: Ink): Pixels {
  const side = Math.max(width, height);
  const left = Math.floor((side - width) / 2);
  const top = Math.floor((side - height) / 2);
  const square = new Uint8Array(side * side * 3);
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const at = ((top + row) * side + left + column) * 3;
      square.fill(data[row * width + column]!, at, at + 3);
    }
  }
  return { width: side, height: side, data: square };
}

/**
 * A thin pen's line covers no pixel of the small image whole, and two lines that meet cover one twice as
 * much: a tenth of the inked pixels is taken for full ink, as it is in MNIST.
 */
function toFullInk(grey: Uint8Array): Uint8Array {
  const full = quantile(
    grey.filter((value) => value > 0),
    0.9,
  );
  return new Uint8Array(Uint8ClampedArray.from(grey, (value) => (value / full) * 255));
}

function blank(path: string): UserError {
  return new UserError('empty', {
    problem: `${path} shows no digit: nothing in it stands out from its border.`,
    fix: 'Give a picture of one digit with a margin around it, in a colour that differs from the ground.',
  });
}
