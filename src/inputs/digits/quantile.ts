/**
 * The value that the given share of the values does not exceed.
 *
 * @param values at least one.
 * @param share 0 the least, 1 the most.
 */
export function quantile(values: ArrayLike<number>, share: number): number {
  return Float32Array.from(values).sort()[Math.round(share * (values.length - 1))]!;
}
