import type { Loss } from '../../../network/losses.js';
import { IGNORED } from '../../../network/losses.js';
import type { Placement } from '../../../network/placement.js';
import { answersTimesteps, type RecurrentNetwork } from '../../../network/recurrent.js';
import { countCorrect } from '../../count-correct.js';
import type { TrainingStep } from '../../engine.js';
import { withoutPadding } from '../batch-feeds.js';
import { input, output, type Value } from '../graph.js';
import { wantedFeeds } from '../index-feeds.js';
import { crossEntropy as classCrossEntropy } from '../ops/cross-entropy.js';
import { multiply, scalar, subtract } from '../ops/elementwise.js';
import { linearCrossEntropy } from '../ops/linear-cross-entropy.js';
import { logSoftmax, softmax } from '../ops/matrix.js';
import { sum } from '../ops/reduce.js';
import { reshape } from '../ops/shape.js';
import { logitsOf, outputLayer } from '../recurrent/head.js';
import type { WeightOf } from '../recurrent/readouts.js';
import type { Feed } from '../session.js';

/** What a loss is computed from. */
export interface LossInput {
  /** What the head reads; see NetworkOutputs. */
  readonly read: Value;
  readonly network: RecurrentNetwork;
  readonly weight: WeightOf;
}

/** A step's targets and where its sequences lie; those may be fewer, and shorter, than in the graph. */
export interface LossTargets {
  readonly network: RecurrentNetwork;
  readonly targets: TrainingStep['targets'];
  readonly placement: Placement;
  /** Timesteps that the graph has. */
  readonly timesteps: number;
}

/** One loss: what it adds to a graph, what a run feeds it, and what it makes of a run's results. */
export interface OnnxLoss {
  /**
   * Declares the inputs that `feeds` fills, and the output `loss` [].
   *
   * @returns A value that the loss is computed from, with its gradient: where differentiation begins.
   */
  readonly build: (given: LossInput) => { value: Value; gradient: Value };
  /** Rows that these are filled up with must be zeros: they count nothing. */
  readonly feeds: (given: LossTargets) => Record<string, Feed>;
  /** See StepResult. */
  readonly correct: (results: Readonly<Record<string, Float32Array>>, given: LossTargets) => number;
}

/** A loss of target vectors: the loss [] and its gradient by the logits. */
type DenseLoss = (logits: Value, wanted: DenseTargets) => { loss: Value; gradient: Value };

interface DenseTargets {
  /** float32 [batch, classes] */
  readonly targets: Value;
  /** float32 [batch, 1]: what each sequence's sum of losses is multiplied with so that the loss is their mean. */
  readonly shares: Value;
}

export const LOSSES: Readonly<Record<Loss, OnnxLoss>> = {
  'cross-entropy': dense(crossEntropy, ({ sequences }) => sequences),
  'sparse-cross-entropy': { build: buildSparse, feeds: sparseFeeds, correct: ({ correct }) => correct![0]! },
  squares: dense(squares, ({ sequences, classes }) => sequences * classes),
};

/** @param terms of which the loss is the mean. */
function dense(loss: DenseLoss, terms: (size: { sequences: number; classes: number }) => number): OnnxLoss {
  return {
    build: ({ read, network, weight }) => {
      if (answersTimesteps(network)) throw new Error('Targets of timesteps are indices, not vectors');
      const logits = logitsOf(read, network, weight);
      const { graph, shape } = logits;
      const targets = input(graph, { name: 'targets', dtype: 'float32', shape });
      const shares = input(graph, { name: 'shares', dtype: 'float32', shape: [shape[0]!, 1] });
      const result = loss(logits, { targets, shares });
      output('loss', result.loss);
      output('logits', logits);
      return { value: logits, gradient: result.gradient };
    },
    feeds: ({ network: { classes }, targets, placement }) => {
      const sequences = placement.lengths.length;
      const share = 1 / terms({ sequences, classes });
      return {
        targets: { data: vectors(targets), shape: [sequences, classes] },
        shares: { data: new Float32Array(sequences).fill(share), shape: [sequences, 1] },
      };
    },
    correct: ({ logits }, { network: { classes }, targets }) =>
      countCorrect(logits!, { targets: vectors(targets), classes }),
  };
}

function vectors(targets: TrainingStep['targets']): Float32Array {
  if (targets instanceof Float32Array) return targets;
  throw new Error('Targets of this loss are vectors');
}

/** Softmax cross-entropy in nats. */
function crossEntropy(logits: Value, { targets, shares }: DenseTargets): { loss: Value; gradient: Value } {
  const shared = multiply(targets, shares);
  const total = sum(multiply(shared, logSoftmax(logits)), [0, 1]);
  const loss = multiply(reshape(total, []), scalar(logits, -1));
  return { loss, gradient: subtract(multiply(softmax(logits), sum(shared, [1])), shared) };
}

function squares(logits: Value, { targets, shares }: DenseTargets): { loss: Value; gradient: Value } {
  const difference = subtract(logits, targets);
  const shared = multiply(difference, shares);
  const total = sum(multiply(difference, shared), [0, 1]);
  return { loss: reshape(total, []), gradient: multiply(shared, scalar(logits, 2)) };
}

function buildSparse({ read, network, weight }: LossInput): { value: Value; gradient: Value } {
  const { graph } = read;
  const shape = read.shape.slice(0, -1);
  const wanted = {
    indices: input(graph, { name: 'indices', dtype: 'int32', shape }),
    shares: input(graph, { name: 'shares', dtype: 'float32', shape }),
  };
  const { loss, correct } = answersTimesteps(network)
    ? linearCrossEntropy(read, outputLayer(network, weight), wanted)
    : classCrossEntropy(logitsOf(read, network, weight), wanted);
  output('loss', loss);
  output('correct', correct);
  return { value: loss, gradient: scalar(loss, 1) };
}

function sparseFeeds({ network, targets, placement, timesteps }: LossTargets): Record<string, Feed> {
  if (!(targets instanceof Int32Array)) throw new Error('Targets of this loss are indices');
  const sequences = placement.lengths.length;
  const { classes } = network;
  if (!answersTimesteps(network)) return wantedFeeds(targets, { shape: [sequences], classes });
  const valid = withoutPadding(targets, placement, IGNORED);
  const indices = new Int32Array(sequences * timesteps).fill(IGNORED);
  for (let row = 0; row < sequences; row++) {
    const start = row * placement.timesteps;
    indices.set(valid.subarray(start, start + placement.timesteps), row * timesteps);
  }
  return wantedFeeds(indices, { shape: [sequences, timesteps], classes });
}
