/**
 * A small typed builder of ONNX graphs. An op is a function from values to values (see ops/): it checks the
 * shapes that it is given and says the shape of what comes out, so that a mistake shows where the graph is
 * built and not as onnxruntime's words about a node that nobody named.
 */
export interface Graph {
  readonly name: string;
  /** In an order in which they can be computed: a node comes after those that it reads from. */
  readonly nodes: Node[];
  readonly inputs: Value[];
  readonly constants: Constant[];
  readonly outputs: Value[];
  /** The graph whose values this one may read too, when this one is the body of a loop in it. */
  readonly parent: Graph | null;
  /** How gradients pass backwards through the values, in the order in which these were made. */
  readonly derivatives: Map<Value, Derivative>;
}

/** What flows along an edge. */
export interface Value {
  readonly graph: Graph;
  readonly name: string;
  readonly dtype: DataType;
  readonly shape: Shape;
}

export type DataType = 'float32' | 'uint8' | 'int8' | 'int32' | 'int64';

/** A size known as the graph is built, or the name of one that each run is free to choose. */
export type Dimension = number | string;
export type Shape = readonly Dimension[];

export interface Node {
  /** The operator's name in the ONNX specification, or in onnxruntime's own domain of blocked channels. */
  readonly operator: string;
  readonly domain: Domain;
  /** Null where an optional input is left out. */
  readonly inputs: ReadonlyArray<Value | null>;
  readonly outputs: readonly Value[];
  readonly attributes: Readonly<Record<string, Attribute>>;
}

/** The ONNX specification's, or that of onnxruntime's operators on maps with blocked channels; see ops/blocked.ts. */
export type Domain = '' | 'com.microsoft.nchwc';

export type Attribute =
  | { readonly kind: 'integer'; readonly value: number }
  | { readonly kind: 'integers'; readonly value: readonly number[] }
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'numbers'; readonly value: readonly number[] }
  | { readonly kind: 'text'; readonly value: string }
  | { readonly kind: 'graph'; readonly value: Graph }
  | { readonly kind: 'dtype'; readonly value: DataType };

/** A value that is part of the graph, such as a weight. */
export interface Constant {
  readonly value: Value;
  readonly data: ConstantData;
}

/** Values of the data type that each array is named for. */
export type ConstantData = Float32Array | Uint8Array | Int8Array | Int32Array | BigInt64Array;

/**
 * What an op says of itself for differentiation (differentiate.ts): from the gradient by its result, which
 * has the result's shape, to those by its inputs. Null stands for an input by which nobody differentiates.
 */
export interface Derivative {
  readonly inputs: readonly Value[];
  readonly gradients: (outputGradient: Value) => ReadonlyArray<(() => Value) | null>;
}

/** @param parent See Graph. Names within one tree of graphs must differ. */
export function createGraph(name: string, parent: Graph | null = null): Graph {
  return { name, nodes: [], inputs: [], constants: [], outputs: [], parent, derivatives: new Map() };
}

/** Declares what a run is fed with. */
export function input(graph: Graph, type: { name: string; dtype: DataType; shape: Shape }): Value {
  const value: Value = { graph, ...type };
  graph.inputs.push(value);
  return value;
}

/** Puts values into the graph, in the data type of their array. */
export function constant(
  graph: Graph,
  content: { name?: string; shape: readonly number[]; data: ConstantData },
): Value {
  const { shape, data, name = `${graph.name}/constant_${graph.constants.length}` } = content;
  const dtype = dataTypeOf(data);
  if (shape.reduce((product, size) => product * size, 1) !== data.length) {
    throw new Error(`Constant ${name} has ${data.length} values, but the shape [${shape}]`);
  }
  const value: Value = { graph, name, dtype, shape };
  graph.constants.push({ value, data });
  return value;
}

function dataTypeOf(data: ConstantData): DataType {
  if (data instanceof Float32Array) return 'float32';
  if (data instanceof BigInt64Array) return 'int64';
  if (data instanceof Int32Array) return 'int32';
  return data instanceof Int8Array ? 'int8' : 'uint8';
}

/** Makes a value one of the results of a run, under that name. */
export function output(name: string, value: Value): void {
  const { graph } = value;
  const named: Value = { ...value, name };
  graph.nodes.push({ operator: 'Identity', domain: '', inputs: [value], outputs: [named], attributes: {} });
  graph.outputs.push(named);
}

/** Says how the gradient passes through a value that an op has made, and returns the value. */
export function differentiable(value: Value, derivative: Derivative): Value {
  value.graph.derivatives.set(value, derivative);
  return value;
}

/** Adds a node whose shapes its op has checked; the values that come out have the given types. */
export function addNode(
  operator: string,
  node: {
    inputs: readonly [Value, ...Array<Value | null>];
    outputs: ReadonlyArray<Pick<Value, 'dtype' | 'shape'>>;
    attributes?: Readonly<Record<string, Attribute>>;
    domain?: Domain;
  },
): Value[] {
  const graph = innermost(node.inputs);
  const number = graph.nodes.length;
  const outputs = node.outputs.map(({ dtype, shape }, index) => ({
    graph,
    name: `${graph.name}/${operator}_${number}_${index}`,
    dtype,
    shape,
  }));
  const { inputs, attributes = {}, domain = '' } = node;
  graph.nodes.push({ operator, domain, inputs, outputs, attributes });
  return outputs;
}

/** The error of an op that was given values it cannot work on. It is a defect, not a person's fault. */
export function misfit(operator: string, inputs: readonly Value[], expected: string): Error {
  const given = inputs.map((value) => `${value.name} ${value.dtype} [${value.shape.join(', ')}]`).join(', ');
  return new Error(`${operator} was given ${given}, but expects ${expected}`);
}

/** Of the graphs that a node reads from, each within the one before, the last: it can see them all. */
function innermost(inputs: readonly [Value, ...Array<Value | null>]): Graph {
  const depth = (graph: Graph): number => (graph.parent ? 1 + depth(graph.parent) : 0);
  return inputs.reduce<Graph>(
    (deepest, value) => (value && depth(value.graph) > depth(deepest) ? value.graph : deepest),
    inputs[0].graph,
  );
}
