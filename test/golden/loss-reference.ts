import { drawSamples } from '../../src/network/draw-samples.js';
import { dropoutMasks } from '../../src/network/dropout.js';
import { FOCUS, IGNORED, type Loss } from '../../src/network/losses.js';
import {
  answersTimesteps,
  layerInputs,
  levelsOf,
  type RecurrentNetwork,
  readoutWidthOf,
  segmentOf,
  sourceLevelOf,
} from '../../src/network/recurrent.js';
import { requireTensor, type Tensor, type Weights } from '../../src/tensors/tensor.js';
import { type MaskPlace, type ReferenceSequence, recurrentReference } from './recurrent-reference.js';

export interface LossCase {
  readonly network: RecurrentNetwork;
  readonly sequences: readonly ReferenceSequence[];
  readonly loss: Loss;
  /** [sequences, classes]; indices [sequences], or [sequences, timesteps of the longest] */
  readonly targets: Float32Array | Int32Array;
  readonly dropoutSeed: number;
  /** Timesteps of each sequence's segments. */
  readonly segments?: ReadonlyArray<readonly number[]> | undefined;
  /** Of each sequence. */
  readonly states?: ReadonlyArray<readonly number[][]> | undefined;
  /** Of each sequence, what it follows from. */
  readonly sources?: ReadonlyArray<readonly number[]> | undefined;
}

/** A training step's loss in float64. */
export function lossReference(options: LossCase, weights: Weights): number {
  const { network, sequences, segments, states, sources } = options;
  const mask = masksOf(options);
  const logits = sequences.map((sequence, row) => {
    const given = { segments: segments?.[row], states: states?.[row], source: sources?.[row] };
    return recurrentReference(network, weights, sequence, { ...given, mask: (place) => mask(row, place) })
      .logits;
  });
  return LOSSES[options.loss](options, logits);
}

type BatchLoss = (given: LossCase, logits: ReadonlyArray<readonly number[]>) => number;

const LOSSES: Readonly<Record<Loss, BatchLoss>> = {
  'cross-entropy': (given, logits) =>
    meanOf(
      logits.map((row, index) => {
        const logTotal = logSum(row);
        return row.reduce((total, logit, c) => total + targetsOf(given, index)[c]! * (logTotal - logit), 0);
      }),
    ),
  focal: (given, logits) =>
    meanOf(
      logits.map((row, index) => {
        const logTotal = logSum(row);
        const terms = row.map((logit, c) => {
          const missed = 1 - Math.exp(logit - logTotal);
          return targetsOf(given, index)[c]! * missed ** FOCUS * (logTotal - logit);
        });
        return terms.reduce((total, term) => total + term, 0);
      }),
    ),
  'sparse-cross-entropy': indexLoss,
  // Its logits are the logarithms of its probabilities.
  'adaptive-cross-entropy': indexLoss,
  'sampled-cross-entropy': (given, logits) => {
    const { classes, softmax } = given.network;
    if (softmax?.kind !== 'sampled') throw new Error('The softmax is not sampled');
    const samples = drawSamples({ classes, count: softmax.samples, seed: given.dropoutSeed });
    const lossOf = (own: readonly number[], wanted: number) => {
      const others = [...samples.classes].map((sample, index) =>
        sample === wanted ? Number.NEGATIVE_INFINITY : own[sample]! - samples.expectations[index]!,
      );
      return logSum([own[wanted]!, ...others]) - own[wanted]!;
    };
    return meanOf(logits.flatMap((row, index) => lossesOfPlaces(given, row, { row: index, lossOf })));
  },
  squares: (given, logits) =>
    meanOf(
      logits.map((row, index) => meanOf(row.map((logit, c) => (logit - targetsOf(given, index)[c]!) ** 2))),
    ),
};

function indexLoss(given: LossCase, logits: ReadonlyArray<readonly number[]>): number {
  const lossOf = (own: readonly number[], wanted: number) => logSum(own) - own[wanted]!;
  return meanOf(logits.flatMap((row, index) => lossesOfPlaces(given, row, { row: index, lossOf })));
}

/** Of a sequence, or of each of its timesteps, but for those that are ignored. */
function lossesOfPlaces(
  { network, targets, sequences }: LossCase,
  logits: readonly number[],
  { row, lossOf }: { row: number; lossOf: (logits: readonly number[], wanted: number) => number },
): number[] {
  const { classes } = network;
  const width = answersTimesteps(network) ? targets.length / sequences.length : 1;
  return Array.from({ length: logits.length / classes }, (_, time) => {
    const own = logits.slice(time * classes, (time + 1) * classes);
    const wanted = targets[row * width + time]!;
    return wanted === IGNORED ? [] : [lossOf(own, wanted)];
  }).flat();
}

const targetsOf = ({ network: { classes }, targets }: LossCase, row: number): number[] => [
  ...targets.subarray(row * classes, (row + 1) * classes),
];

const logSum = (logits: readonly number[]): number =>
  Math.log(logits.reduce((total, logit) => total + Math.exp(logit), 0));

const meanOf = (values: readonly number[]): number =>
  values.reduce((total, value) => total + value, 0) / values.length;

/** The slope of a loss by one element of a parameter, by central difference over that step. */
export function slope(
  loss: (weights: Weights) => number,
  { weights, name, index, step }: { weights: Weights; name: string; index: number; step: number },
): number {
  const tensor = requireTensor(weights, name);
  const value = tensor.data[index]!;
  // Rounded as the tensor rounds, so that the step is the one really taken.
  const [below, above] = [Math.fround(value - step), Math.fround(value + step)];
  const lossAt = (changed: number) => loss(new Map(weights).set(name, withElement(tensor, index, changed)));
  return (lossAt(above) - lossAt(below)) / (above - below);
}

function withElement({ shape, data }: Tensor, index: number, value: number): Tensor {
  const changed = data.slice();
  changed[index] = value;
  return { shape, data: changed };
}

/** The mask of a place of a sequence. */
function masksOf({
  network,
  sequences,
  segments,
  dropoutSeed,
}: LossCase): (row: number, place: MaskPlace) => number[] {
  if (network.dropout === 0) return () => [];
  const levels = levelsOf(network);
  const counts = sequences.map(
    ({ length }, row) => segments?.[row]?.length ?? Math.ceil(length / segmentOf(network)),
  );
  const sizes = network.upper ? [counts.reduce((a, b) => a + b, 0), sequences.length] : [sequences.length];
  const masks = dropoutMasks(network, { sequences: sizes, seed: dropoutSeed });
  return (row, { level, layer, sequence }) => {
    if (level === 'source') {
      const place = Number(layer);
      const width = layerInputs(sourceLevelOf(network.source!), place);
      return [...masks.source[place]!.subarray(row * width, (row + 1) * width)];
    }
    const before = counts.slice(0, row).reduce((a, b) => a + b, 0);
    const place = network.upper && level === 0 ? before + sequence : row;
    const width = layer === 'readout' ? readoutWidthOf(levels.at(-1)!) : layerInputs(levels[level]!, layer);
    const mask = layer === 'readout' ? masks.readout : masks.levels[level]![layer]!;
    return [...mask.subarray(place * width, (place + 1) * width)];
  };
}
