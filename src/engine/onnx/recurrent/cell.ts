import type { Cell, Gate } from '../../../network/cells.js';
import type { Value } from '../graph.js';

/** A cell in both its forms, which test/engine/onnx/recurrent holds equal. */
export interface OnnxCell<C extends Cell = Cell> {
  /** The operator that runs a whole layer, for prediction; null where onnxruntime has none. */
  readonly fused: FusedOperator<C> | null;
  /** A timestep and its way back, for training. */
  readonly step: CellStep;
}

export interface FusedOperator<C extends Cell = Cell> {
  readonly operator: 'LSTM' | 'GRU';
  /** In the order of https://onnx.ai/onnx/operators/onnx__LSTM.html and onnx__GRU.html, in our words. */
  readonly gates: ReadonlyArray<Gate<C>>;
  readonly attributes: Readonly<Record<string, number>>;
}

/**
 * One timestep of a recurrent layer, forward and back. All values are [batch, units] but where it says so.
 * What there is for each gate stays apart, in the order of network/cells.ts: cutting and joining it would copy it at
 * every timestep.
 */
export interface CellStep {
  forward(turn: {
    /** For each gate the timestep's input times the kernel, plus bias. */
    readonly projected: readonly Value[];
    /** What the timestep before handed on; the output is the first of it. */
    readonly state: readonly Value[];
    /** For each gate, [units, units]. */
    readonly recurrentKernels: readonly Value[];
    /** For each gate, [units]; none for a cell whose gates have one bias each. */
    readonly recurrentBiases: readonly Value[];
  }): {
    readonly state: readonly Value[];
    /** What `backward` needs to know of this timestep. */
    readonly kept: readonly Value[];
  };
  backward(turn: {
    /** By each part of the state after the timestep. */
    readonly gradients: readonly Value[];
    readonly kept: readonly Value[];
  }): {
    /** By each gate's projected input. */
    readonly projected: readonly Value[];
    /** By each gate's product of output and recurrent kernel; may be the same values. */
    readonly recurrent: readonly Value[];
    /** By the output before the timestep, apart from what comes through those products. */
    readonly output?: Value;
    /** By the other parts of the state before the timestep. */
    readonly others: readonly Value[];
  };
}
