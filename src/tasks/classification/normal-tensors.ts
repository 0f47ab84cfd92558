import type { Tensor, Weights } from '../../tensors/tensor.js';
import { distanceTo, type Normal } from './normal.js';

/** A normal distribution as tensors whose names begin with `name`. */
export function normalTensors(
  name: string,
  { means, scales, directions, precision }: Normal,
): Array<[string, Tensor]> {
  const width = scales.length;
  return [
    [`${name}.means`, { shape: [means.length / width, width], data: means }],
    [`${name}.scales`, { shape: [width], data: scales }],
    [`${name}.directions`, { shape: [directions.length / width, width], data: directions }],
    [`${name}.precision`, { shape: [1], data: Float32Array.of(precision) }],
  ];
}

/** The distance from a distribution among a model's tensors; null where there is none of the name. */
export function openNormal(name: string, weights: Weights): ((vector: Float32Array) => number) | null {
  const [means, scales, directions, precision] = ['means', 'scales', 'directions', 'precision'].map(
    (part) => weights.get(`${name}.${part}`)?.data,
  );
  if (!means || !scales || !directions || !precision) return null;
  return distanceTo({ means, scales, directions, precision: precision[0]! });
}

/** What shapes the tensors have, of vectors of a width; `some` stands for any size. */
export const shapesOfNormal = (name: string, width: number): Array<[string, Array<number | 'some'>]> => [
  [`${name}.means`, ['some', width]],
  [`${name}.scales`, [width]],
  [`${name}.directions`, ['some', width]],
  [`${name}.precision`, [1]],
];
