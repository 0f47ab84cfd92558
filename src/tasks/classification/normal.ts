/**
 * A normal distribution of vectors, or of several classes of them that have a covariance in common (Lee et al. 2018, arXiv
 * 1807.03888): spread by its own amount along some directions, and evenly along all others (probabilistic principal
 * components, Tipping and Bishop 1999). That can be told from few examples, too.
 */
export interface Normal {
  /** float32 [classes, width]. */
  readonly means: Float32Array;
  /** What each dimension is multiplied by before directions are taken: float32 [width]. */
  readonly scales: Float32Array;
  /** float32 [directions, width]: what a unit along each takes off the even spread's squared distance, as a root. */
  readonly directions: Float32Array;
  /** Of the even spread: 1 / variance. */
  readonly precision: number;
}

/** The Mahalanobis distance of a vector, float32 [width], to the nearest class. */
export function distanceTo({
  means,
  scales,
  directions,
  precision,
}: Normal): (vector: Float32Array) => number {
  const width = scales.length;
  return (vector) => {
    let nearest = Number.POSITIVE_INFINITY;
    for (let start = 0; start < means.length; start += width) {
      const row = scales.map((scale, index) => (vector[index]! - means[start + index]!) * scale);
      let square = precision * dot(row, row);
      for (let at = 0; at < directions.length; at += width) {
        square -= dot(row, directions.subarray(at, at + width)) ** 2;
      }
      nearest = Math.min(nearest, square);
    }
    return Math.sqrt(Math.max(0, nearest));
  };
}

export function dot(one: ArrayLike<number>, other: ArrayLike<number>): number {
  let sum = 0;
  for (let index = 0; index < one.length; index++) sum += one[index]! * other[index]!;
  return sum;
}
