import type { Preprocessing } from '../../media/frame-schema.js';
import {
  type Attribute,
  addNode,
  constant,
  createGraph,
  type Graph,
  input,
  output,
  type Value,
} from './graph.js';
import { cast, clip } from './ops/elementwise.js';
import { int64, rowCount } from './ops/rows.js';
import { concatenate, transpose } from './ops/shape.js';

/**
 * Frames uint8 [frames, height, width, 3] of any size as the encoder's squares, uint8 [frames, size, size, 3]; see
 * media/preprocessing.ts. Frames of that size stay as they are.
 *
 * The kernels widen when a picture shrinks, as ffmpeg's do. ONNX has no lanczos3; cubic is nearest to it.
 */
export function resizeFrames(frames: Value, { size, fit, kernel }: Preprocessing): Value {
  const region = fit === 'resize' ? centralSquare(frames) : frames;
  // Opset 22 of onnxruntime 1.30 refuses sizes of some axes alone.
  const channelsFirst = cast(transpose(region, [0, 3, 1, 2]), 'float32');
  const sizes = concatenate([rowCount(frames), int64s(frames, [3, size, size])], 0);
  const shape = [frames.shape[0]!, 3, size, size];
  const resized = addNode('Resize', {
    inputs: [channelsFirst, null, null, sizes],
    outputs: [{ dtype: 'float32', shape }],
    attributes: KERNELS[kernel],
  })[0]!;
  const rounded = addNode('Round', {
    inputs: [clip(resized, 0, 255)],
    outputs: [{ dtype: 'float32', shape }],
  })[0]!;
  return transpose(cast(rounded, 'uint8'), [0, 2, 3, 1]);
}

/** A graph of that alone: from `frames` to `pictures`. */
export function resizingGraph(preprocessing: Preprocessing): Graph {
  const graph = createGraph('resizing');
  output('pictures', resizeFrames(framesInput(graph, 'frames'), preprocessing));
  return graph;
}

/** Declares frames uint8 [frames, height, width, 3] of any size. */
export const framesInput = (graph: Graph, name: string): Value =>
  input(graph, { name, dtype: 'uint8', shape: ['frames', 'height', 'width', 3] });

const SHARED = {
  antialias: { kind: 'integer', value: 1 },
  coordinate_transformation_mode: { kind: 'text', value: 'half_pixel' },
} as const;

const CUBIC = {
  ...SHARED,
  mode: { kind: 'text', value: 'cubic' },
  // As libswscale's.
  cubic_coeff_a: { kind: 'number', value: -0.6 },
} as const;

const KERNELS: Readonly<Record<Preprocessing['kernel'], Readonly<Record<string, Attribute>>>> = {
  linear: { ...SHARED, mode: { kind: 'text', value: 'linear' } },
  cubic: CUBIC,
  lanczos3: CUBIC,
};

/** As inputRegion has it. */
function centralSquare(frames: Value): Value {
  const sides = addNode('Shape', {
    inputs: [frames],
    outputs: [{ dtype: 'int64', shape: [2] }],
    attributes: { start: { kind: 'integer', value: 1 }, end: { kind: 'integer', value: 3 } },
  })[0]!;
  const shortest = addNode('ReduceMin', {
    inputs: [sides, int64s(frames, [0])],
    outputs: [{ dtype: 'int64', shape: [1] }],
  })[0]!;
  const starts = ofSizes('Div', ofSizes('Sub', sides, shortest), int64(frames, 2));
  return addNode('Slice', {
    inputs: [frames, starts, ofSizes('Add', starts, shortest), int64s(frames, [1, 2])],
    outputs: [{ dtype: 'uint8', shape: [frames.shape[0]!, 'side', 'side', 3] }],
  })[0]!;
}

const ofSizes = (operator: 'Add' | 'Sub' | 'Div', sizes: Value, other: Value): Value =>
  addNode(operator, { inputs: [sizes, other], outputs: [sizes] })[0]!;

const int64s = ({ graph }: Value, values: readonly number[]): Value =>
  constant(graph, { shape: [values.length], data: BigInt64Array.from(values, BigInt) });
