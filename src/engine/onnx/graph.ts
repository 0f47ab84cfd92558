/**
 * A small typed builder of ONNX graphs. An op is a function from values to values (see ops/): it checks the
 * shapes that it is given and says the shape of what comes out, so that a mistake shows where the graph is
 * built and not as onnxruntime's words about a node that nobody named.
 */
export interface Graph {
  readonly name: string;
  /** In an order in which they can be computed: a node comes behind those that it reads from. */
  readonly nodes: Node[];
  readonly inputs: Value[];
  readonly constants: Constant[];
  readonly outputs: Value[];
}

/** What flows along an edge. */
export interface Value {
  readonly graph: Graph;
  readonly name: string;
  readonly dtype: DataType;
  readonly shape: Shape;
}

export type DataType = 'float32' | 'uint8' | 'int32' | 'int64';

/** A size known as the graph is built, or the name of one that each run is free to choose. */
export type Dimension = number | string;
export type Shape = readonly Dimension[];

export interface Node {
  /** The operator's name in the ONNX specification. */
  readonly operator: string;
  /** Null where an optional input is left out. */
  readonly inputs: ReadonlyArray<Value | null>;
  readonly outputs: readonly Value[];
  readonly attributes: Readonly<Record<string, Attribute>>;
}

export type Attribute =
  | { readonly kind: 'integer'; readonly value: number }
  | { readonly kind: 'integers'; readonly value: readonly number[] }
  | { readonly kind: 'text'; readonly value: string }
  | { readonly kind: 'dtype'; readonly value: DataType };

/** A value that is part of the graph, such as a weight. */
export interface Constant {
  readonly value: Value;
  readonly data: Float32Array | BigInt64Array;
}

export function createGraph(name: string): Graph {
  return { name, nodes: [], inputs: [], constants: [], outputs: [] };
}

/** Declares what a run is fed with. */
export function input(graph: Graph, type: { name: string; dtype: DataType; shape: Shape }): Value {
  const value: Value = { graph, ...type };
  graph.inputs.push(value);
  return value;
}

/** Puts values into the graph: float32 from a Float32Array, int64 from a BigInt64Array. */
export function constant(
  graph: Graph,
  content: { name?: string; shape: readonly number[]; data: Float32Array | BigInt64Array },
): Value {
  const { shape, data, name = `constant_${graph.constants.length}` } = content;
  const dtype = data instanceof Float32Array ? 'float32' : 'int64';
  if (shape.reduce((product, size) => product * size, 1) !== data.length) {
    throw new Error(`Constant ${name} has ${data.length} values, but the shape [${shape}]`);
  }
  const value: Value = { graph, name, dtype, shape };
  graph.constants.push({ value, data });
  return value;
}

/** Makes a value one of the results of a run, under that name. */
export function output(name: string, value: Value): void {
  const { graph } = value;
  const named: Value = { ...value, name };
  graph.nodes.push({ operator: 'Identity', inputs: [value], outputs: [named], attributes: {} });
  graph.outputs.push(named);
}

/** Adds a node whose shapes its op has checked; the values that come out have the given types. */
export function addNode(
  operator: string,
  node: {
    inputs: readonly [Value, ...Array<Value | null>];
    outputs: ReadonlyArray<Pick<Value, 'dtype' | 'shape'>>;
    attributes?: Readonly<Record<string, Attribute>>;
  },
): Value[] {
  const graph = node.inputs[0].graph;
  const number = graph.nodes.length;
  const outputs = node.outputs.map(({ dtype, shape }, index) => ({
    graph,
    name: `${operator}_${number}_${index}`,
    dtype,
    shape,
  }));
  graph.nodes.push({ operator, inputs: node.inputs, outputs, attributes: node.attributes ?? {} });
  return outputs;
}

/** The error of an op that was given values it cannot work on. It is a defect, not a person's fault. */
export function misfit(operator: string, inputs: readonly Value[], expected: string): Error {
  const given = inputs.map((value) => `${value.name} ${value.dtype} [${value.shape.join(', ')}]`).join(', ');
  return new Error(`${operator} was given ${given}, but expects ${expected}`);
}
