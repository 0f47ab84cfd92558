import { IMAGE_SIDE } from './labelled-images.js';

export interface Ink {
  readonly width: number;
  readonly height: number;
  /** uint8 [height, width], 0 where there is none. */
  readonly data: Uint8Array;
}

/** Side of the square that MNIST's digits fill, before they are placed in the image. */
export const DIGIT_SIDE = 20;

/** The pixel, from 0, in which the centre of mass lies. All of MNIST's images have it there, both ways. */
const CENTRE_PIXEL = IMAGE_SIDE / 2;

/**
 * Places ink of at most 20 x 20 pixels in an image as LeCun et al. 1998 ("Gradient-based learning applied to
 * document recognition", section III) placed MNIST's: by whole pixels, its centre of mass in the middle.
 *
 * @returns uint8 [28, 28].
 */
export function centreByMass(ink: Ink): Uint8Array {
  const image = new Uint8Array(IMAGE_SIDE * IMAGE_SIDE);
  const { x, y } = centreOfMass(ink);
  // Mass far to one side would push the other end over the edge: it stops there.
  const left = Math.min(Math.max(0, CENTRE_PIXEL - Math.floor(x)), IMAGE_SIDE - ink.width);
  const top = Math.min(Math.max(0, CENTRE_PIXEL - Math.floor(y)), IMAGE_SIDE - ink.height);
  for (let row = 0; row < ink.height; row++) {
    for (let column = 0; column < ink.width; column++) {
      image[(top + row) * IMAGE_SIDE + left + column] = ink.data[row * ink.width + column]!;
    }
  }
  return image;
}

/** In pixels from the upper left corner; half a pixel is the middle of the first. */
function centreOfMass({ width, height, data }: Ink): { x: number; y: number } {
  let [mass, massX, massY] = [0, 0, 0];
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const value = data[row * width + column]!;
      mass += value;
      massX += value * (column + 0.5);
      massY += value * (row + 0.5);
    }
  }
  return { x: massX / mass, y: massY / mass };
}
