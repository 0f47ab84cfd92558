import { answerFields } from '../tasks/classification/answer.js';
import type { Outcome, WindowsOutcome } from './outcome.js';

/** An outcome as a line of JSON: what `classify --json` prints and a server answers. */
export function outcomeRow(outcome: Outcome | WindowsOutcome): object {
  switch (outcome.kind) {
    case 'failed':
      return { input: outcome.input, error: outcome.error };
    case 'windows': {
      const { input, windows, segments, durationSeconds, model, engine } = outcome;
      return { input, windows: windows.map(windowRow), segments, durationSeconds, model, engine };
    }
    default: {
      const { input, probability, distance, top, frames, damaged, plan, durationSeconds } = outcome;
      const { tokens, unknownTokens, attention, pieces, sentences, timesSeconds, model, engine } = outcome;
      return {
        input,
        ...answerFields(outcome),
        probability,
        distance,
        top,
        frames,
        damaged,
        tokens,
        unknownTokens,
        plan,
        durationSeconds,
        attention,
        pieces,
        sentences,
        timesSeconds,
        model,
        engine,
      };
    }
  }
}

function windowRow(window: Extract<WindowsOutcome, { kind: 'windows' }>['windows'][number]): object {
  const { startSeconds, endSeconds, probability, distance, top, frames, damaged, plan } = window;
  const answer = { ...answerFields(window), probability, distance, top };
  return { startSeconds, endSeconds, ...answer, frames, damaged, plan };
}
