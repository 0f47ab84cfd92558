import type { Attribute, Dimension, Graph, Node, Value } from './graph.js';

/** Runs an embedded graph once more, over other values; gives its outputs by name. */
export type Embedded = (inputs: Readonly<Record<string, Value>>) => Record<string, Value>;

/**
 * Makes a graph a part of another one. Its constants are there once, however often it is run.
 *
 * @param as what its names begin with in the other graph.
 */
export function embed(part: Graph, { into, as }: { into: Graph; as: string }): Embedded {
  const constants = new Map<string, Value>();
  for (const { value, data } of part.constants) {
    const own: Value = { ...value, graph: into, name: `${as}/${value.name}` };
    constants.set(value.name, own);
    into.constants.push({ value: own, data });
  }
  let runs = 0;
  return (inputs) => {
    const names = new Map([...constants].map(([name, { name: own }]) => [name, own]));
    const sizes = new Map<Dimension, Dimension>();
    for (const { name, shape } of part.inputs) {
      const given = givenInput(inputs, name);
      names.set(name, given.name);
      shape.forEach((size, axis) => {
        sizes.set(size, given.shape[axis]!);
      });
    }
    const prefix = `${as}/${runs}`;
    runs += 1;
    for (const node of part.nodes) into.nodes.push(renamed(node, { graph: into, names, prefix }));
    return Object.fromEntries(
      part.outputs.map(({ name, dtype, shape }) => {
        const sized = shape.map((size) => (typeof size === 'string' ? (sizes.get(size) ?? size) : size));
        return [name, { graph: into, name: names.get(name)!, dtype, shape: sized }];
      }),
    );
  };
}

function givenInput(inputs: Readonly<Record<string, Value>>, name: string): Value {
  const value = inputs[name];
  if (!value) throw new Error(`An embedded graph is given no ${name}`);
  return value;
}

interface Renaming {
  readonly graph: Graph;
  /** By their names in the part; what a node puts out is added. */
  readonly names: Map<string, string>;
  readonly prefix: string;
}

function renamed(node: Node, renaming: Renaming): Node {
  const { graph, names, prefix } = renaming;
  const known = (value: Value): Value => ({ ...value, graph, name: names.get(value.name) ?? value.name });
  const inputs = node.inputs.map((value) => value && known(value));
  const attributes = Object.fromEntries(
    Object.entries(node.attributes).map(([name, attribute]) => [name, renamedBody(attribute, renaming)]),
  );
  const outputs = node.outputs.map((value) => {
    names.set(value.name, `${prefix}/${value.name}`);
    return known(value);
  });
  return { ...node, inputs, outputs, attributes };
}

/** The body of a loop reads values of the graph around it, and its own names have to differ from all others'. */
function renamedBody(attribute: Attribute, { graph, names, prefix }: Renaming): Attribute {
  if (attribute.kind !== 'graph') return attribute;
  const part = attribute.value;
  const body: Graph = { ...part, parent: graph, nodes: [], inputs: [], constants: [], outputs: [] };
  const inner: Renaming = { graph: body, names: new Map(names), prefix };
  const own = (value: Value): Value => {
    const name = `${prefix}/${value.name}`;
    inner.names.set(value.name, name);
    return { ...value, graph: body, name };
  };
  for (const value of part.inputs) body.inputs.push(own(value));
  for (const { value, data } of part.constants) body.constants.push({ value: own(value), data });
  for (const node of part.nodes) body.nodes.push(renamed(node, inner));
  for (const value of part.outputs) {
    body.outputs.push({ ...value, graph: body, name: inner.names.get(value.name)! });
  }
  return { kind: 'graph', value: body };
}
