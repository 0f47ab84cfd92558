import type { Ink } from '../../datasets/mnist/centre-by-mass.js';
import type { Pixels } from '../../media/images/resample.js';
import { largeParts } from './large-parts.js';
import { quantile } from './quantile.js';

/** An eighth of the way from black to white: paper's grain and compression stay below, a pencil is above. */
const LEAST_CONTRAST = 32;
/** Ink fainter than this share of full ink is none; a border that says the ground is uneven asks for more. */
const FAINTEST_INK = 0.1;
const HIGHEST_THRESHOLD = 0.5;
/** Smaller parts than this share of the largest are dust; a digit's own parts, such as a 5's bar, are larger. */
const SMALLEST_PART = 0.05;

type Colour = readonly [red: number, green: number, blue: number];

/**
 * The drawing of a picture, cut out: 255 where all is ink, 0 where none is. The ground is the colour of the
 * picture's border, and ink is how far a pixel's colour lies on the way from the ground's to the drawing's,
 * so that neither their colours nor which of them is the lighter makes a difference.
 *
 * @returns null when nothing stands out from the ground.
 */
export function findInk(picture: Pixels): Ink | null {
  const ground = borderColour(picture);
  const drawing = drawingColour(picture, ground);
  if (!drawing) return null;
  const { width, height } = picture;
  const ink = scaleToFullInk(project(picture, { ground, drawing }));
  const faintest = threshold(ink, picture);
  const inked = Uint8Array.from(ink, (value) => (value >= faintest ? 1 : 0));
  const kept = largeParts({ width, height, inked }, SMALLEST_PART);
  const data = Uint8ClampedArray.from(ink, (value, index) => (kept[index] ? 255 * value : 0));
  return cutOut({ width, height, data });
}

function borderColour(picture: Pixels): Colour {
  const border = borderIndices(picture);
  const median = (channel: number) => {
    const values = Float32Array.from(border, (index) => picture.data[index * 3 + channel]!);
    return quantile(values, 0.5);
  };
  return [median(0), median(1), median(2)];
}

/**
 * The mean colour of what differs from the ground at least half as much as anything does, and not the
 * opposite way: a shine on grey paper is no part of what is written on it in black.
 */
function drawingColour({ data }: Pixels, ground: Colour): Colour | null {
  const differences = Array.from({ length: data.length / 3 }, (_, index) =>
    difference(data, { index, ground }),
  );
  const farthest = differences.reduce((most, other) => (dot(other, other) > dot(most, most) ? other : most));
  const squaredContrast = dot(farthest, farthest);
  if (squaredContrast < 3 * LEAST_CONTRAST ** 2) return null;
  const drawn = differences.filter(
    (each) => dot(each, each) >= squaredContrast / 4 && dot(each, farthest) > 0,
  );
  const mean = (channel: 0 | 1 | 2) =>
    ground[channel] + drawn.reduce((sum, each) => sum + each[channel], 0) / drawn.length;
  return [mean(0), mean(1), mean(2)];
}

/** How far each pixel lies on the way from the ground's colour (0) to the drawing's (1) or beyond. */
function project({ data }: Pixels, { ground, drawing }: { ground: Colour; drawing: Colour }): Float32Array {
  const way = difference(drawing, { index: 0, ground });
  return Float32Array.from({ length: data.length / 3 }, (_, index) =>
    Math.max(0, dot(difference(data, { index, ground }), way) / dot(way, way)),
  );
}

/** The drawing's colour is a mean with its paler edges: full ink is what a tenth of the drawing exceeds. */
function scaleToFullInk(ink: Float32Array): Float32Array {
  const full = quantile(
    ink.filter((value) => value > 0.5),
    0.9,
  );
  return ink.map((value) => value / full);
}

function threshold(ink: Float32Array, picture: Pixels): number {
  const onBorder = Float32Array.from(borderIndices(picture), (index) => ink[index]!);
  return Math.min(HIGHEST_THRESHOLD, Math.max(FAINTEST_INK, 2 * quantile(onBorder, 0.9)));
}

/** Without the empty rows and columns around what is drawn. */
function cutOut({ width, height, data }: { width: number; height: number; data: Uint8ClampedArray }): Ink {
  let [left, top, right, bottom] = [width, height, 0, 0];
  data.forEach((value, index) => {
    if (value === 0) return;
    const [row, column] = [Math.floor(index / width), index % width];
    left = Math.min(left, column);
    right = Math.max(right, column + 1);
    top = Math.min(top, row);
    bottom = Math.max(bottom, row + 1);
  });
  const cut = new Uint8Array((right - left) * (bottom - top));
  for (let row = top; row < bottom; row++) {
    cut.set(data.subarray(row * width + left, row * width + right), (row - top) * (right - left));
  }
  return { width: right - left, height: bottom - top, data: cut };
}

function difference(
  colours: ArrayLike<number>,
  { index, ground }: { index: number; ground: Colour },
): Colour {
  const at = index * 3;
  return [colours[at]! - ground[0], colours[at + 1]! - ground[1], colours[at + 2]! - ground[2]];
}

function dot(one: Colour, other: Colour): number {
  return one[0] * other[0] + one[1] * other[1] + one[2] * other[2];
}

function borderIndices({ width, height }: Pixels): number[] {
  const edges: number[] = [];
  for (let column = 0; column < width; column++) edges.push(column, (height - 1) * width + column);
  for (let row = 0; row < height; row++) edges.push(row * width, (row + 1) * width - 1);
  return edges;
}
