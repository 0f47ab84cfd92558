import { addNode, createGraph, type Graph, input, misfit, output, type Value } from '../graph.js';

/** One turn of a loop, given the state and one item of each sequence. */
type Turn = (
  state: readonly Value[],
  items: readonly Value[],
) => {
  /** The next state, of the same shapes. */
  readonly state: readonly Value[];
  /** One item of each sequence that comes out. */
  readonly items: readonly Value[];
};

interface Loop {
  /** None where the turns do not depend on each other. */
  readonly initial: readonly Value[];
  /** One at least. */
  readonly sequences: readonly Value[];
  readonly reversed?: boolean;
  readonly turn: Turn;
}

/** The sequences that come out of a loop. */
export const scan = (given: Loop): Value[] => loop(given).items;

/**
 * A loop over the first axis of sequences, from their ends to their starts when `reversed`; a sequence that
 * comes out has its items in the order of those that went in. Any length will do, and the items are read and
 * written in place. The turn may read every value of the graph. Not differentiated.
 *
 * @returns The state after the last turn, and the sequences that come out.
 */
export function loop({ initial, sequences, reversed = false, turn }: Loop): {
  state: Value[];
  items: Value[];
} {
  const [first] = sequences;
  const [firstInput, ...otherInputs] = [...initial, ...sequences];
  const length = first?.shape[0];
  if (!first || !firstInput || length === undefined || sequences.some(({ shape }) => shape[0] !== length)) {
    throw misfit('Scan', sequences, 'sequences of one length');
  }
  const { graph } = first;
  const body = createGraph(`${graph.name}/body_${graph.nodes.length}`, graph);
  const declare = ({ dtype, shape }: Value, name: string) =>
    input(body, { name: `${body.name}/${name}`, dtype, shape });
  const next = turn(
    initial.map((value, index) => declare(value, `state_${index}`)),
    sequences.map((value, index) => declare({ ...value, shape: value.shape.slice(1) }, `item_${index}`)),
  );
  if (next.state.some((value, index) => value.shape.join() !== initial[index]?.shape.join())) {
    throw misfit('Scan', next.state, 'a next state of the same shapes as the first');
  }
  // What is asked for twice comes out once.
  const distinct = [...new Set(next.items)];
  for (const value of [...next.state, ...distinct]) bodyOutput(body, value);
  const items = distinct.map(({ dtype, shape }) => ({ dtype, shape: [length, ...shape] }));
  const directions = { kind: 'integers', value: sequences.map(() => Number(reversed)) } as const;
  const outputs = addNode('Scan', {
    inputs: [firstInput, ...otherInputs],
    outputs: [...initial, ...items],
    attributes: {
      body: { kind: 'graph', value: body },
      num_scan_inputs: { kind: 'integer', value: sequences.length },
      scan_input_directions: directions,
      scan_output_directions: { kind: 'integers', value: items.map(() => Number(reversed)) },
    },
  });
  const stacked = outputs.slice(initial.length);
  return {
    state: outputs.slice(0, initial.length),
    items: next.items.map((item) => stacked[distinct.indexOf(item)]!),
  };
}

/** A body gives out what its nodes make as it is; its inputs, and what goes out twice, it has to copy. */
function bodyOutput(body: Graph, value: Value): void {
  const isMade = value.graph === body && !body.inputs.includes(value);
  if (isMade && !body.outputs.includes(value)) body.outputs.push(value);
  else output(`${body.name}/output_${body.outputs.length}`, value);
}
