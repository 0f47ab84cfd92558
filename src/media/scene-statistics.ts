/** Scales at which differences of neighbours are taken; each has half the side of the one before. */
const SCALES = 4;

/** Values of a frame: mean and contrast of its brightness, and four of the differences at each scale. */
export const SCENE_STATISTICS = 2 + 4 * SCALES;

/** Of differences that are hardly there, the logarithm would go down without end. */
const LEAST = 0.01;

const [RED, GREEN, BLUE] = [0.299 / 255, 0.587 / 255, 0.114 / 255] as const;

/**
 * What frames look like, whatever they show: how bright each is, and how much the brightness of neighbours differs, at several
 * scales and along both axes. How contrast falls from fine to coarse tells natural scenes from drawn ones, and one camera from
 * another (Ruderman and Bialek 1994; Torralba and Oliva 2003).
 *
 * @param frames uint8 RGB [frames, size, size, 3], size at least 32.
 * @returns float32 [frames, SCENE_STATISTICS], logarithms of mean, standard deviation, and of each scale the mean and the root
 *   of the mean square of the differences from left to right and from top to bottom; of brightness in [0, 1]. Every third
 *   row of a scale stands for all.
 */
export function scenesOf(frames: Uint8Array, size: number): Float32Array {
  const bytes = size * size * 3;
  const count = frames.length / bytes;
  const scenes = new Float32Array(count * SCENE_STATISTICS);
  for (let index = 0; index < count; index++) {
    const frame = frames.subarray(index * bytes, (index + 1) * bytes);
    const values = statisticsOf(frame, size).map((value) => Math.log(value + LEAST));
    scenes.set(values, index * SCENE_STATISTICS);
  }
  return scenes;
}

function statisticsOf(frame: Uint8Array, size: number): number[] {
  let side = size;
  let map = brightness(frame);
  const values = spreadOf(map);
  for (let scale = 0; scale < SCALES; scale++) {
    if (scale > 0) {
      map = halved(map, side);
      side = Math.floor(side / 2);
    }
    for (const value of differences(map, side)) values.push(value);
  }
  return values;
}

/** Luma (ITU-R BT.601) of each pixel, in [0, 1]. */
function brightness(frame: Uint8Array): Float32Array {
  const map = new Float32Array(frame.length / 3);
  for (let at = 0, to = 0; to < map.length; at += 3, to++) {
    map[to] = RED * frame[at]! + GREEN * frame[at + 1]! + BLUE * frame[at + 2]!;
  }
  return map;
}

/** Mean and standard deviation. */
function spreadOf(map: Float32Array): number[] {
  let [sum, squares] = [0, 0];
  for (const value of map) {
    sum += value;
    squares += value * value;
  }
  const mean = sum / map.length;
  return [mean, Math.sqrt(Math.max(0, squares / map.length - mean * mean))];
}

/** Mean along each axis, then the root of the mean square along each. */
function differences(map: Float32Array, side: number): number[] {
  let [right, down, rightSquares, downSquares] = [0, 0, 0, 0];
  for (let y = 0; y < side - 1; y += 3) {
    for (let x = 0, at = y * side; x < side - 1; x++, at++) {
      const value = map[at]!;
      const toRight = map[at + 1]! - value;
      const toBelow = map[at + side]! - value;
      right += Math.abs(toRight);
      down += Math.abs(toBelow);
      rightSquares += toRight * toRight;
      downSquares += toBelow * toBelow;
    }
  }
  const count = Math.ceil((side - 1) / 3) * (side - 1);
  return [right / count, down / count, Math.sqrt(rightSquares / count), Math.sqrt(downSquares / count)];
}

function halved(map: Float32Array, side: number): Float32Array {
  const half = Math.floor(side / 2);
  const next = new Float32Array(half * half);
  for (let y = 0, to = 0; y < half; y++) {
    for (let x = 0, at = 2 * y * side; x < half; x++, at += 2, to++) {
      next[to] = (map[at]! + map[at + 1]! + map[at + side]! + map[at + side + 1]!) / 4;
    }
  }
  return next;
}
