import { type DropoutMasks, dropoutMasks } from '../../src/network/dropout.js';
import type { Loss } from '../../src/network/losses.js';
import { cellName, directionsOf, type RecurrentNetwork } from '../../src/network/recurrent.js';
import { requireTensor, type Tensor, type Weights } from '../../src/tensors/tensor.js';
import { recurrentReference } from './recurrent-reference.js';

export interface LossCase {
  readonly network: RecurrentNetwork;
  /** Each sequence as its timesteps' feature vectors. */
  readonly sequences: ReadonlyArray<readonly number[][]>;
  readonly loss: Loss;
  /** [sequences, classes] */
  readonly targets: Float32Array;
  readonly dropoutSeed: number;
}

/** A training step's loss in float64. */
export function lossReference(options: LossCase, weights: Weights): number {
  const { network, sequences, targets, dropoutSeed } = options;
  const masks = network.dropout > 0 && dropoutMasks(network, { batch: sequences.length, seed: dropoutSeed });
  const losses = sequences.map((sequence, row) => {
    const own = masks ? withDropout(network, weights, { masks, row }) : weights;
    const { logits } = recurrentReference(network, own, sequence);
    return LOSSES[options.loss](
      logits,
      [...targets].slice(row * network.classes, (row + 1) * network.classes),
    );
  });
  return losses.reduce((total, loss) => total + loss, 0) / losses.length;
}

type SequenceLoss = (logits: readonly number[], targets: readonly number[]) => number;

const LOSSES: Readonly<Record<Loss, SequenceLoss>> = {
  'cross-entropy': (logits, targets) => {
    const logTotal = Math.log(logits.reduce((total, logit) => total + Math.exp(logit), 0));
    return logits.reduce((total, logit, index) => total + targets[index]! * (logTotal - logit), 0);
  },
  squares: (logits, targets) =>
    logits.reduce((total, logit, index) => total + (logit - targets[index]!) ** 2, 0) / logits.length,
};

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

/** One sequence's weights: to mask a layer's input is to scale the rows of the kernel that reads it. */
function withDropout(
  network: RecurrentNetwork,
  weights: Weights,
  { masks, row }: { masks: DropoutMasks; row: number },
): Weights {
  const scaled = new Map(weights);
  const scaleRows = (name: string, mask: Float32Array) => {
    const { shape, data } = requireTensor(weights, name);
    const [rows, columns] = shape as readonly [number, number];
    const scale = (value: number, index: number) => value * mask[row * rows + Math.floor(index / columns)]!;
    scaled.set(name, { shape, data: data.map(scale) });
  };
  masks.layers.forEach((mask, layer) => {
    for (const direction of directionsOf(network)) scaleRows(`${cellName(layer, direction)}.kernel`, mask);
  });
  scaleRows('head.kernel', masks.readout);
  return scaled;
}
