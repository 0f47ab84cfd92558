import type { Placement } from '../../../network/placement.js';
import type { RecurrentNetwork } from '../../../network/recurrent.js';
import type { TrainingStep } from '../../engine.js';
import type { Value } from '../graph.js';
import type { WeightOf } from '../recurrent/readout.js';
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
  /** Draws what the loss samples. */
  readonly seed: number;
}

/** One loss: what it adds to a graph, what a run feeds it, and what it makes of a run's results. */
export interface OnnxLoss {
  /**
   * Whether it is a sum over sequences, each of which has a row of its own in all that `feeds` gives: shards of a batch,
   * fed with their rows, then come to losses, gradients and counts whose sums are those of the whole.
   */
  readonly isBySequence: boolean;
  /**
   * Declares the inputs that `feeds` fills, and the output `loss` [].
   *
   * @returns A value that the loss is computed from, with its gradient: where differentiation begins.
   */
  readonly build: (given: LossInput) => { value: Value; gradient: Value };
  /** Rows that these are filled up with must be zeros: they count nothing. */
  readonly feeds: (given: LossTargets) => Record<string, Feed>;
  /** See StepResult. */
  readonly correct: (
    results: Readonly<Record<string, Float32Array>>,
    given: Pick<LossTargets, 'network' | 'targets'>,
  ) => number;
}
