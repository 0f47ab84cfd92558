import { UserError } from '../../errors.js';
import type { FeatureBatch, FrameBatch, SequenceBatch } from '../../inputs/batches.js';
import type { RecurrentNetwork } from '../../network/recurrent.js';
import type { TrainerOptions } from '../engine.js';
import { LOSSES } from './loss.js';
import { READOUTS } from './readout.js';

/** @throws UserError `usage` for a network that this engine has no computation for. */
export function requireNetwork({ readout, upper, tokens }: RecurrentNetwork): void {
  if (tokens) throw refused('networks that read tokens');
  for (const used of upper ? [readout, upper.readout] : [readout]) {
    if (!READOUTS[used]) throw refused(`the readout ${used}`);
  }
}

/** @throws UserError `usage` as requireNetwork, and for training that it has not. */
export function requireTraining({ network, loss, carriesStates }: TrainerOptions): void {
  requireNetwork(network);
  if (!LOSSES[loss]) throw refused(`the loss ${loss}`);
  if (carriesStates) throw refused('training that carries states from step to step');
}

/** @throws UserError `usage` for tokens. */
export function requireVectors(batch: SequenceBatch): FeatureBatch;
export function requireVectors(batch: SequenceBatch | FrameBatch): FeatureBatch | FrameBatch;
export function requireVectors(batch: SequenceBatch | FrameBatch): FeatureBatch | FrameBatch {
  if (batch.kind === 'tokens') throw refused('networks that read tokens');
  return batch;
}

export function refused(what: string): UserError {
  return new UserError('usage', {
    problem: `The tensorflow engine does not have ${what}.`,
    fix: 'Use the onnx engine, the embedded one: --engine onnx, or leave --engine out.',
  });
}
