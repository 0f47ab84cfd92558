import type { Levels } from '../../../encoder/quantization.js';
import { addNode, constant, misfit, type Value } from '../graph.js';

/** float32 -> uint8: the nearest level of each value; what lies outside them becomes the first or the last. */
export function quantize(x: Value, levels: Levels): Value {
  if (x.dtype !== 'float32') throw misfit('QuantizeLinear', [x], 'float32');
  return addNode('QuantizeLinear', {
    inputs: [x, ...levelInputs(x, levels)],
    outputs: [{ dtype: 'uint8', shape: x.shape }],
  })[0]!;
}

/** uint8 -> float32 */
export function dequantize(x: Value, levels: Levels): Value {
  if (x.dtype !== 'uint8') throw misfit('DequantizeLinear', [x], 'uint8');
  return addNode('DequantizeLinear', {
    inputs: [x, ...levelInputs(x, levels)],
    outputs: [{ dtype: 'float32', shape: x.shape }],
  })[0]!;
}

/**
 * int8 or int32 -> float32, each slice along an axis by a scale of its own; zero stands for zero.
 *
 * @param options.scales One for each slice.
 */
export function dequantizeSlices(x: Value, { scales, axis }: { scales: Float32Array; axis: number }): Value {
  if ((x.dtype !== 'int8' && x.dtype !== 'int32') || x.shape[axis] !== scales.length) {
    throw misfit('DequantizeLinear', [x], `int8 or int32 with ${scales.length} slices along axis ${axis}`);
  }
  return addNode('DequantizeLinear', {
    inputs: [x, constant(x.graph, { shape: [scales.length], data: scales })],
    outputs: [{ dtype: 'float32', shape: x.shape }],
    attributes: { axis: { kind: 'integer', value: axis } },
  })[0]!;
}

function levelInputs({ graph }: Value, { scale, zeroPoint }: Levels): [Value, Value] {
  return [
    constant(graph, { shape: [], data: Float32Array.of(scale) }),
    constant(graph, { shape: [], data: Uint8Array.of(zeroPoint) }),
  ];
}
