import * as z from 'zod';
import { UserError } from '../../errors.js';
import type { Tensor } from '../../tensors/tensor.js';

/** A TensorFlow graph that can be walked from a node to those that read it. */
export interface PretrainedGraph {
  readonly nodes: readonly GraphNode[];
  /** The nodes that read a node's output. */
  consumersOf(name: string): readonly GraphNode[];
  /** The value of a constant, or undefined when the name is another node's. */
  constant(name: string): Tensor | undefined;
  /** Throws `bad_weights`: which node does not fit, and what was expected of it. */
  refuse(found: string): never;
}

export interface GraphNode {
  readonly name: string;
  /** TensorFlow's name of the operation. */
  readonly op: string;
  readonly input: readonly string[];
  readonly attr: Readonly<Record<string, unknown>>;
}

/**
 * The graph of a TensorFlow.js graph model.
 *
 * @param topology `modelTopology` of its model.json.
 * @param options.constants Values of the graph's constants by name, as float32.
 * @param options.origin The folder or address that it came from, for errors.
 */
export function pretrainedGraph(
  topology: unknown,
  options: { constants: ReadonlyMap<string, Tensor>; origin: string },
): PretrainedGraph {
  const refuse = (found: string): never => {
    throw new UserError('bad_weights', {
      problem: `The graph model ${options.origin} cannot be converted: ${found}.`,
      fix: 'Give a MobileNet v1 or v2 classifier of the architecture and alpha that the pipeline names.',
    });
  };
  const parsed = topologySchema.safeParse(topology);
  if (!parsed.success) return refuse('its topology is not that of a TensorFlow.js graph model');
  const nodes = parsed.data.node;
  const consumers = new Map<string, GraphNode[]>();
  for (const node of nodes) {
    for (const name of node.input) consumers.set(name, [...(consumers.get(name) ?? []), node]);
  }
  return {
    nodes,
    consumersOf: (name) => consumers.get(name) ?? [],
    constant: (name) => options.constants.get(name),
    refuse,
  };
}

const topologySchema = z.object({
  node: z.array(
    z.object({
      name: z.string(),
      op: z.string(),
      input: z.array(z.string()).default([]),
      attr: z.record(z.string(), z.unknown()).default({}),
    }),
  ),
});

const listSchema = z.object({ list: z.object({ i: z.array(z.coerce.number()) }) });
const textSchema = z.object({ s: z.string() });

/** An attribute that is a list of whole numbers, such as `strides`. */
export function numbersOf(node: GraphNode, attribute: string): number[] | undefined {
  return listSchema.safeParse(node.attr[attribute]).data?.list.i;
}

/** An attribute that is a text, which model.json keeps in base64, such as `padding`. */
export function textOf(node: GraphNode, attribute: string): string | undefined {
  const encoded = textSchema.safeParse(node.attr[attribute]).data?.s;
  return encoded === undefined ? undefined : Buffer.from(encoded, 'base64').toString();
}
