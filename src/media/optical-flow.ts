/** Where each pixel of a picture has gone in a later one: float32 [side, side], in pixels, row by row. */
export interface OpticalFlow {
  /** To the right. */
  readonly x: Float32Array;
  /** Downwards. */
  readonly y: Float32Array;
}

/**
 * Dense optical flow by Lucas and Kanade's method on a pyramid (Bouguet, "Pyramidal implementation of the
 * Lucas Kanade feature tracker", 2001): at each pixel the shift with which the brightness in a window around
 * it agrees best, found in the smallest size first. Where a window has no structure, it stays what the smaller
 * size gave, and in the smallest one zero.
 *
 * @param picture, later brightness, float32 [side, side] in 0 to 255.
 */
export function opticalFlow(picture: Float32Array, later: Float32Array, side: number): OpticalFlow {
  const sizes = pyramid({ picture, later, side });
  let flow = still(sizes[0]!.side);
  for (const size of sizes) {
    flow = enlarge(flow, size.side);
    refine(flow, size);
  }
  return flow;
}

/** The window has so many pixels to each side of its middle: 9 x 9, wide enough for two edges that cross. */
const RADIUS = 4;

/** No size of the pyramid has a smaller side: in one, a window would be most of the picture. */
const SMALLEST_SIDE = 14;

/** Times that the later picture is shifted back and compared again, in each size. */
const ITERATIONS = 3;

/**
 * Squared brightness a pixel. It is added to the squared slopes of a window, so that those of noise, below 5 of
 * 255 a pixel, say little.
 */
const NOISE = 25;

/** No iteration goes farther, in pixels: beyond that, brightness is not as linear as the method takes it to be. */
const LONGEST_STEP = 2;

interface Pair {
  readonly picture: Float32Array;
  readonly later: Float32Array;
  readonly side: number;
}

/** The pair in sizes that double, the smallest first. */
function pyramid(pair: Pair): Pair[] {
  const side = Math.floor(pair.side / 2);
  if (side < SMALLEST_SIDE) return [pair];
  const halved = { picture: halve(pair.picture, pair.side), later: halve(pair.later, pair.side), side };
  return [...pyramid(halved), pair];
}

/** Means of 2 x 2 pixels; the last row and column of an odd side are left out. */
function halve(picture: Float32Array, side: number): Float32Array {
  const half = Math.floor(side / 2);
  const means = new Float32Array(half * half);
  for (let row = 0; row < half; row++) {
    for (let column = 0; column < half; column++) {
      const at = 2 * (row * side + column);
      const sum = picture[at]! + picture[at + 1]! + picture[at + side]! + picture[at + side + 1]!;
      means[row * half + column] = sum / 4;
    }
  }
  return means;
}

const still = (side: number): OpticalFlow => ({
  x: new Float32Array(side * side),
  y: new Float32Array(side * side),
});

/** Flow in twice the size, of pixels that are half as large. */
function enlarge(flow: OpticalFlow, side: number): OpticalFlow {
  const from = Math.sqrt(flow.x.length);
  if (from === side) return flow;
  const larger = still(side);
  for (let row = 0; row < side; row++) {
    const fromRow = Math.min(from - 1, row >> 1) * from;
    for (let column = 0; column < side; column++) {
      const index = fromRow + Math.min(from - 1, column >> 1);
      larger.x[row * side + column] = 2 * flow.x[index]!;
      larger.y[row * side + column] = 2 * flow.y[index]!;
    }
  }
  return larger;
}

/** Brings the flow nearer to what the pair shows, in place. */
function refine({ x, y }: OpticalFlow, { picture, later, side }: Pair): void {
  const window = windowMeans(side);
  const { slopeX, slopeY } = slopes(picture, side);
  const xx = window(product(slopeX, slopeX), RADIUS);
  const xy = window(product(slopeX, slopeY), RADIUS);
  const yy = window(product(slopeY, slopeY), RADIUS);
  for (let iteration = 0; iteration < ITERATIONS; iteration++) {
    const change = changeAlong({ x, y }, { picture, later, side });
    const changeX = window(product(slopeX, change), RADIUS);
    const changeY = window(product(slopeY, change), RADIUS);
    step({ x, y }, { xx, xy, yy, changeX, changeY });
  }
  // Neighbours that disagree are both half wrong.
  x.set(window(x, 1));
  y.set(window(y, 1));
}

/** Means over each pixel's window: of the products of slopes, and of slopes and change. */
interface WindowProducts {
  readonly xx: Float32Array;
  readonly xy: Float32Array;
  readonly yy: Float32Array;
  readonly changeX: Float32Array;
  readonly changeY: Float32Array;
}

/** Solves the two equations of each pixel and moves its flow there. */
function step({ x, y }: OpticalFlow, { xx, xy, yy, changeX, changeY }: WindowProducts): void {
  for (let index = 0; index < x.length; index++) {
    const a = xx[index]! + NOISE;
    const b = xy[index]!;
    const d = yy[index]! + NOISE;
    const determinant = a * d - b * b;
    x[index]! += bounded((d * changeX[index]! - b * changeY[index]!) / determinant);
    y[index]! += bounded((a * changeY[index]! - b * changeX[index]!) / determinant);
  }
}

/** Comparing is faster here than Math.min and Math.max. */
function bounded(pixels: number): number {
  if (pixels > LONGEST_STEP) return LONGEST_STEP;
  return pixels < -LONGEST_STEP ? -LONGEST_STEP : pixels;
}

function product(one: Float32Array, other: Float32Array): Float32Array {
  const products = new Float32Array(one.length);
  for (let index = 0; index < one.length; index++) products[index] = one[index]! * other[index]!;
  return products;
}

/** Change of brightness a pixel to the right and downwards, by the pixels on both sides. */
function slopes(picture: Float32Array, side: number): { slopeX: Float32Array; slopeY: Float32Array } {
  const slopeX = new Float32Array(picture.length);
  const slopeY = new Float32Array(picture.length);
  for (let row = 0; row < side; row++) {
    const above = Math.max(0, row - 1) * side;
    const below = Math.min(side - 1, row + 1) * side;
    for (let column = 0; column < side; column++) {
      const at = row * side + column;
      const left = column === 0 ? at : at - 1;
      const right = column === side - 1 ? at : at + 1;
      slopeX[at] = (picture[right]! - picture[left]!) / 2;
      slopeY[at] = (picture[below + column]! - picture[above + column]!) / 2;
    }
  }
  return { slopeX, slopeY };
}

/** Brightness of each pixel minus that of where its flow leads in the later picture, between four pixels there. */
function changeAlong({ x, y }: OpticalFlow, { picture, later, side }: Pair): Float32Array {
  const change = new Float32Array(picture.length);
  const last = side - 1;
  for (let row = 0; row < side; row++) {
    for (let column = 0; column < side; column++) {
      const at = row * side + column;
      const toX = Math.max(0, Math.min(last, column + x[at]!));
      const toY = Math.max(0, Math.min(last, row + y[at]!));
      const left = Math.min(last - 1, Math.floor(toX));
      const top = Math.min(last - 1, Math.floor(toY));
      const from = top * side + left;
      const upper = later[from]! + (toX - left) * (later[from + 1]! - later[from]!);
      const below = from + side;
      const lower = later[below]! + (toX - left) * (later[below + 1]! - later[below]!);
      change[at] = picture[at]! - upper - (toY - top) * (lower - upper);
    }
  }
  return change;
}

/** Means over windows of 2 x radius + 1 pixels; pixels beyond an edge are as those at it. */
function windowMeans(side: number): (values: Float32Array, radius: number) => Float32Array {
  const columns = new Float32Array(side * side);
  return (values, radius) => {
    sumColumns(values, { columns, side, radius });
    return rowMeans(columns, { side, radius });
  };
}

interface Window {
  /** Of each pixel, the sum of those in its window that lie in its own column. */
  readonly columns: Float32Array;
  readonly side: number;
  readonly radius: number;
}

/** Each sum is the one before and what comes and goes, so that a wide window takes no longer than a narrow one. */
function sumColumns(values: Float32Array, { columns, side, radius }: Window): void {
  const sums = new Float32Array(side);
  const startOf = (row: number) => Math.max(0, Math.min(side - 1, row)) * side;
  for (let row = -radius; row <= radius; row++) {
    const start = startOf(row);
    for (let column = 0; column < side; column++) sums[column]! += values[start + column]!;
  }
  for (let row = 0; row < side; row++) {
    columns.set(sums, row * side);
    const comes = startOf(row + radius + 1);
    const goes = startOf(row - radius);
    for (let column = 0; column < side; column++) {
      sums[column] = Math.fround(sums[column]! + values[comes + column]!) - values[goes + column]!;
    }
  }
}

/** Sums the columns' sums along the rows, as sumColumns does, and divides them by the pixels of a window. */
function rowMeans(columns: Float32Array, { side, radius }: Omit<Window, 'columns'>): Float32Array {
  const means = new Float32Array(columns.length);
  const share = (2 * radius + 1) ** -2;
  for (let start = 0; start < columns.length; start += side) {
    const end = start + side - 1;
    let sum = (radius + 1) * columns[start]!;
    for (let index = 1; index <= radius; index++) sum += columns[Math.min(end, start + index)]!;
    for (let at = start; at <= end; at++) {
      means[at] = sum * share;
      sum += columns[Math.min(end, at + radius + 1)]! - columns[Math.max(start, at - radius)]!;
    }
  }
  return means;
}
