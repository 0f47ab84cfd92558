import type { Trainer } from '../../engine/engine.js';
import type { CorpusText } from '../../inputs/text/token-reader.js';
import { strandsOf } from '../../tasks/language/strands.js';
import type { StageSteps } from '../stage-steps.js';
import { scoreStream } from './score-stream.js';

/** Steps along a stream of tokens, read in strands side by side, each step from where the one before ended. */
export function streamSteps(options: {
  readonly train: CorpusText;
  readonly validation: CorpusText;
  /** A step reads so many strands, */
  readonly strands: number;
  /** and so many timesteps of each: gradients go back no further (Williams and Peng 1990). */
  readonly timesteps: number;
}): StageSteps {
  const { train, validation, strands, timesteps } = options;
  const cut = strandsOf(train.stream, { strands, timesteps, isWhole: true });
  return {
    perEpoch: cut.count,
    carriesStates: true,
    read: async ({ step }) => {
      const { batch, targets } = cut.stretch(step);
      return { batch, targets, count: targets.length };
    },
    validate: async (trainer: Trainer) => {
      const figures = await scoreStream(trainer, validation);
      return figures && { loss: figures.nats, accuracy: null, cost: figures.nats };
    },
  };
}
