import type { Loss } from '../../../network/losses.js';
import { FOCUS } from '../../../network/losses.js';
import { answersTimesteps } from '../../../network/recurrent.js';
import { countCorrect } from '../../count-correct.js';
import type { TrainingStep } from '../../engine.js';
import { input, output, type Value } from '../graph.js';
import { multiply, scalar, subtract } from '../ops/elementwise.js';
import { logSoftmax, softmax } from '../ops/matrix.js';
import { sum } from '../ops/reduce.js';
import { reshape } from '../ops/shape.js';
import { logitsOf } from '../recurrent/head.js';
import { adaptiveSoftmax, sampledSoftmax, sparseCrossEntropy } from './class-losses.js';
import type { OnnxLoss } from './onnx-loss.js';

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
  focal: dense(focal, ({ sequences }) => sequences),
  'sparse-cross-entropy': sparseCrossEntropy,
  'adaptive-cross-entropy': adaptiveSoftmax,
  'sampled-cross-entropy': sampledSoftmax,
  squares: dense(squares, ({ sequences, classes }) => sequences * classes),
};

/** @param terms of which the loss is the mean. */
function dense(loss: DenseLoss, terms: (size: { sequences: number; classes: number }) => number): OnnxLoss {
  return {
    isBySequence: true,
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

/**
 * Softmax cross-entropy, the term of each class times (1 - p)^2; by p, that has the slope
 * t (2 (1 - p) log p - (1 - p)^2 / p), and p by the logits that of softmax.
 */
function focal(logits: Value, { targets, shares }: DenseTargets): { loss: Value; gradient: Value } {
  const probabilities = softmax(logits);
  const logarithms = logSoftmax(logits);
  const shared = multiply(targets, shares);
  const missed = subtract(scalar(logits, 1), probabilities);
  const squared = multiply(missed, missed);
  const total = sum(multiply(shared, multiply(squared, logarithms)), [0, 1]);
  const loss = multiply(reshape(total, []), scalar(logits, -1));
  const twice = multiply(multiply(probabilities, missed), scalar(logits, FOCUS));
  const slopes = multiply(shared, subtract(multiply(twice, logarithms), squared));
  return { loss, gradient: subtract(slopes, multiply(probabilities, sum(slopes, [1]))) };
}

function squares(logits: Value, { targets, shares }: DenseTargets): { loss: Value; gradient: Value } {
  const difference = subtract(logits, targets);
  const shared = multiply(difference, shares);
  const total = sum(multiply(difference, shared), [0, 1]);
  return { loss: reshape(total, []), gradient: multiply(shared, scalar(logits, 2)) };
}
