import type { ParameterSpec } from '../tensors/tensor.js';
import { type Cell, cellLayout } from './cells.js';
import {
  answersTimesteps,
  attentionsOf,
  cellName,
  directionsOf,
  layerInputs,
  levelsOf,
  type RecurrentLevel,
  type RecurrentNetwork,
  readoutWidthOf,
  SOURCE,
  type SourceNetwork,
  sourceLevelOf,
  stateName,
  topLevelOf,
  widthOf,
} from './recurrent.js';
import { adaptiveParts } from './softmax.js';

/** A parameter and how it starts before training; see initialize-network.ts. */
export interface InitialParameter extends ParameterSpec {
  readonly initial: Initial;
}

export type Initial = 'glorot' | 'orthogonal' | 'zero' | 'normal' | 'small' | CellBias;

/** A cell's bias, as the cell has it. */
export interface CellBias {
  readonly cell: Cell;
}

/** What the names of the head's parameters begin with. */
export const HEAD = 'head';

/** The table of vectors that tokens are looked up in. */
export const EMBEDDING = 'embedding.table';

/** Likewise of a source. */
export const SOURCE_EMBEDDING = `${SOURCE}${EMBEDDING}`;

/** The prefix of the names of the parameters that make a part of the states from the source. */
export const bridgeName = (state: string): string => `bridge.${state}`;

/** Prefixes of the names of what attends to a source, and of what puts both together. */
export const SOURCE_ATTENTION = { score: 'attention', combine: 'attention.combine' } as const;

/**
 * Every parameter of the network, float32, with G gates and R rows of biases as the cell has them (cells.ts):
 *
 *     embedding.table                                 [tokens, inputs]              (of tokens)
 *     recurrent.<layer>.<direction>.kernel            [inputs, G x units]
 *     recurrent.<layer>.<direction>.recurrent_kernel  [units, G x units]
 *     recurrent.<layer>.<direction>.bias              [G x units], or [R, G x units]: input's, recurrent's
 *     readout.kernel [width, width], readout.bias [width], readout.score [width]    (where it attends)
 *     readout.segments.kernel, .bias, .score, likewise                              (hierarchical)
 *     upper.recurrent..., upper.readout..., likewise                                (with an upper level)
 *     head.kernel [readoutWidth, classes], or head.table [classes, readoutWidth] where every timestep has an answer;
 *       neither where it is tied
 *     head.bias [classes]
 *     with a source source.embedding.table [tokens, inputs], which is the first, source.recurrent... likewise,
 *       bridge.<state>.table [units, source width], bridge.<state>.bias [units], attention.table [source width, units],
 *       attention.combine.table [units, source width + units], attention.combine.bias [units]
 *     of an adaptive softmax head.table [frequent + tails, readoutWidth] and head.bias [frequent + tails], and
 *     head.tails.<tail>.projection [width, readoutWidth], head.tails.<tail>.table [words, width]
 */
export function recurrentParameters(network: RecurrentNetwork): InitialParameter[] {
  const { classes, inputs, tokens, tied, source } = network;
  // With a head of the same table, larger vectors would begin with logits that are sure of themselves.
  const embedding: InitialParameter[] = tokens
    ? [{ name: EMBEDDING, shape: [tokens, inputs], initial: tied ? 'small' : 'normal' }]
    : [];
  return [
    ...(source ? [sourceEmbedding(source)] : []),
    ...embedding,
    ...levelsOf(network).flatMap(levelParameters),
    ...(source ? sourceParameters(network, source) : []),
    ...(adaptiveHead(network) ?? [
      ...headKernel(network),
      { name: `${HEAD}.bias`, shape: [classes], initial: 'zero' as const },
    ]),
  ];
}

/** What the names of an adaptive softmax' tail begin with. */
export const tailName = (tail: number): string => `${HEAD}.tails.${tail}`;

function adaptiveHead(network: RecurrentNetwork): InitialParameter[] | null {
  const width = readoutWidthOf(topLevelOf(network));
  const parts = adaptiveParts(network, width);
  if (!parts) return null;
  const { frequent, tails } = parts;
  const classes = frequent + tails.length;
  return [
    { name: `${HEAD}.table`, shape: [classes, width], initial: 'glorot' },
    { name: `${HEAD}.bias`, shape: [classes], initial: 'zero' },
    ...tails.flatMap((tail, index): InitialParameter[] => [
      { name: `${tailName(index)}.projection`, shape: [tail.width, width], initial: 'glorot' },
      { name: `${tailName(index)}.table`, shape: [tail.words, tail.width], initial: 'glorot' },
    ]),
  ];
}

function headKernel(network: RecurrentNetwork): InitialParameter[] {
  const { classes } = network;
  const width = readoutWidthOf(topLevelOf(network));
  if (network.tied) {
    if (network.tokens === classes && width === network.inputs && answersTimesteps(network)) return [];
    throw new Error(`A head for ${classes} classes of width ${width} cannot have the embedding's table`);
  }
  return answersTimesteps(network)
    ? [{ name: `${HEAD}.table`, shape: [classes, width], initial: 'glorot' }]
    : [{ name: `${HEAD}.kernel`, shape: [width, classes], initial: 'glorot' }];
}

function levelParameters(level: RecurrentLevel): InitialParameter[] {
  const layers = Array.from({ length: level.layers }, (_, layer) =>
    directionsOf(level).flatMap((direction) => cellParameters(level, layer, direction)),
  );
  const attentions = attentionsOf(level).flatMap((name) => attentionParameters(name, widthOf(level)));
  return [...layers.flat(), ...attentions];
}

const sourceEmbedding = ({ tokens, inputs }: SourceNetwork): InitialParameter => ({
  name: SOURCE_EMBEDDING,
  shape: [tokens, inputs],
  initial: 'normal',
});

function sourceParameters(
  { cell, layers, units }: RecurrentNetwork,
  source: SourceNetwork,
): InitialParameter[] {
  const level = sourceLevelOf(source);
  const width = widthOf(level);
  const states = Array.from({ length: layers }, (_, layer) =>
    cellLayout(cell).states.map((part) => bridgeName(stateName(layer, part))),
  ).flat();
  return [
    ...levelParameters(level),
    ...states.flatMap((name) => linearParameters(name, [units, width])),
    { name: `${SOURCE_ATTENTION.score}.table`, shape: [width, units], initial: 'glorot' },
    ...linearParameters(SOURCE_ATTENTION.combine, [units, width + units]),
  ];
}

const linearParameters = (name: string, [outputs, inputs]: readonly [number, number]): InitialParameter[] => [
  { name: `${name}.table`, shape: [outputs, inputs], initial: 'glorot' },
  { name: `${name}.bias`, shape: [outputs], initial: 'zero' },
];

function cellParameters(
  level: RecurrentLevel,
  layer: number,
  direction: 'forward' | 'backward',
): InitialParameter[] {
  const { cell, units } = level;
  const { gates, biasRows } = cellLayout(cell);
  const gated = gates.length * units;
  const name = cellName(level, layer, direction);
  return [
    { name: `${name}.kernel`, shape: [layerInputs(level, layer), gated], initial: 'glorot' },
    { name: `${name}.recurrent_kernel`, shape: [units, gated], initial: 'orthogonal' },
    { name: `${name}.bias`, shape: biasRows === 1 ? [gated] : [biasRows, gated], initial: { cell } },
  ];
}

const attentionParameters = (name: string, width: number): InitialParameter[] => [
  { name: `${name}.kernel`, shape: [width, width], initial: 'glorot' },
  { name: `${name}.bias`, shape: [width], initial: 'zero' },
  { name: `${name}.score`, shape: [width], initial: 'glorot' },
];
