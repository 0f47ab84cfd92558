import type { Trainer } from '../../engine/engine.js';
import type { CorpusText } from '../../inputs/text/token-reader.js';
import { random } from '../../random.js';
import { strandsOf } from '../../tasks/language/strands.js';
import { dropTokens } from '../drop-tokens.js';
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
  /** Share of tokens that a step reads as unknown; see dropTokens. */
  readonly tokenDropout: number;
  readonly seed: number;
}): StageSteps {
  const { train, validation, strands, timesteps, tokenDropout: rate, seed } = options;
  const cut = strandsOf(train.stream, { strands, timesteps, isWhole: true });
  return {
    perEpoch: cut.count,
    carriesStates: true,
    read: async ({ step, epochsBefore }) => {
      const { batch, targets } = cut.stretch(step);
      const count = targets.length;
      if (rate === 0) return { batch, targets, count };
      const stream = random(seed, 'tokens', epochsBefore, step);
      return { batch: { ...batch, data: dropTokens(batch.data, { rate, stream }) }, targets, count };
    },
    validate: async (trainer: Trainer) => {
      const figures = await scoreStream(trainer, validation);
      return figures && { loss: figures.nats, accuracy: null, cost: figures.nats };
    },
  };
}
