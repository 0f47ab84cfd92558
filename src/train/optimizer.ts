import type { TrainerOptions } from '../engine/engine.js';
import type { Pipeline } from '../pipeline/schema.js';
import type { Stage } from './stages.js';

/**
 * Outweighs the root of every second moment so far that float32 does not see that one at all: Adam's step
 * rate m / (sqrt(v) + epsilon) is then rate / epsilon times the gradient.
 */
const EPSILON_OF_SGD = 1e8;

/** The engines' AdamW as a pipeline wants it, and what a learning rate is to be multiplied with for it. */
export function optimizerOf(
  { training }: Pipeline,
  { optimizer = training.optimizer, pull = 0 }: Partial<Pick<Stage, 'optimizer' | 'pull'>> = {},
): { hyperparameters: TrainerOptions['optimizer']; rateFactor: number } {
  const { weightDecay } = training;
  switch (optimizer) {
    case 'adam':
      // The defaults of Kingma and Ba 2015.
      return {
        hyperparameters: { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay, pull },
        rateFactor: 1,
      };
    case 'sgd':
      return {
        hyperparameters: {
          beta1: 0,
          beta2: 0.999,
          epsilon: EPSILON_OF_SGD,
          // Decay and pull are multiplied with the learning rate alone.
          weightDecay: weightDecay / EPSILON_OF_SGD,
          pull: pull / EPSILON_OF_SGD,
        },
        rateFactor: EPSILON_OF_SGD,
      };
  }
}
