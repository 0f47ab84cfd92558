import type { Preprocessing } from '../frame-schema.js';

/** A picture: uint8 RGB [height, width, 3]. */
export interface Pixels {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

/**
 * Scales a picture to a square just as libswscale does with the same kernel, so that an image sequence and a
 * video of the same frames are the same to a network: pixels are areas, not points; a kernel is stretched
 * over all source pixels when the picture becomes smaller; what it needs beyond the edge is the edge. sharp's
 * own scaling differs: it halves first, and shifts what it makes larger.
 *
 * @returns uint8 RGB [size, size, 3].
 */
export function resample(
  picture: Pixels,
  { size, kernel }: Pick<Preprocessing, 'size' | 'kernel'>,
): Uint8Array {
  const columns = tapsOf({ from: picture.width, to: size, kernel });
  const rows = tapsOf({ from: picture.height, to: size, kernel });
  return scaleRows(scaleColumns(picture, columns, size), rows, size);
}

interface Kernel {
  /** Distance, in the larger of source and target pixels, beyond which it is 0. */
  readonly radius: number;
  readonly at: (distance: number) => number;
}

/** Of Mitchell and Netravali's cubics (1988), the one that libswscale takes: B = 0, C = 0.6. */
const CUBIC_C = 0.6;

const KERNELS: Record<Preprocessing['kernel'], Kernel> = {
  linear: { radius: 1, at: (x) => 1 - x },
  cubic: {
    radius: 2,
    at: (x) =>
      x < 1
        ? (2 - CUBIC_C) * x ** 3 + (CUBIC_C - 3) * x ** 2 + 1
        : CUBIC_C * (-(x ** 3) + 5 * x ** 2 - 8 * x + 4),
  },
  lanczos3: { radius: 3, at: (x) => sinc(x) * sinc(x / 3) },
};

function sinc(x: number): number {
  return x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x);
}

/** For each target pixel, `length` source pixels from `first` on, weighted to a sum of 1. */
interface Taps {
  readonly length: number;
  readonly first: Int32Array;
  readonly weights: Float32Array;
}

function tapsOf({ from, to, kernel }: { from: number; to: number; kernel: Preprocessing['kernel'] }): Taps {
  const { radius, at } = KERNELS[kernel];
  const ratio = from / to;
  const stretch = Math.max(1, ratio);
  const length = Math.min(from, Math.ceil(2 * radius * stretch) + 1);
  const first = new Int32Array(to);
  const weights = new Float32Array(to * length);
  for (let target = 0; target < to; target++) {
    const center = (target + 0.5) * ratio - 0.5;
    const start = Math.ceil(center - radius * stretch);
    const end = Math.floor(center + radius * stretch);
    first[target] = Math.min(Math.max(0, start), from - length);
    let sum = 0;
    for (let source = start; source <= end; source++) sum += at(Math.abs(source - center) / stretch);
    for (let source = start; source <= end; source++) {
      const inside = Math.min(Math.max(0, source), from - 1);
      const tap = target * length + inside - first[target]!;
      weights[tap]! += at(Math.abs(source - center) / stretch) / sum;
    }
  }
  return { length, first, weights };
}

/** @returns float32 [height, size, 3]. */
function scaleColumns({ width, height, data }: Pixels, taps: Taps, size: number): Float32Array {
  const { length, first, weights } = taps;
  const scaled = new Float32Array(height * size * 3);
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < size; column++) {
      let source = (row * width + first[column]!) * 3;
      let red = 0;
      let green = 0;
      let blue = 0;
      for (let tap = column * length; tap < (column + 1) * length; tap++, source += 3) {
        const weight = weights[tap]!;
        red += weight * data[source]!;
        green += weight * data[source + 1]!;
        blue += weight * data[source + 2]!;
      }
      const target = (row * size + column) * 3;
      scaled[target] = red;
      scaled[target + 1] = green;
      scaled[target + 2] = blue;
    }
  }
  return scaled;
}

/** @returns uint8 [size, size, 3], rounded, of float32 [height, size, 3]. */
function scaleRows(columns: Float32Array, { length, first, weights }: Taps, size: number): Uint8Array {
  const rowLength = size * 3;
  const sums = new Float32Array(rowLength);
  const scaled = new Uint8ClampedArray(size * rowLength);
  for (let row = 0; row < size; row++) {
    sums.fill(0);
    for (let tap = 0; tap < length; tap++) {
      const weight = weights[row * length + tap]!;
      const source = (first[row]! + tap) * rowLength;
      for (let index = 0; index < rowLength; index++) sums[index]! += weight * columns[source + index]!;
    }
    scaled.set(sums, row * rowLength);
  }
  return new Uint8Array(scaled.buffer);
}
