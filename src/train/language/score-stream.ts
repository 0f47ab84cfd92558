import type { SequenceModel } from '../../engine/engine.js';
import type { CorpusText } from '../../inputs/text/token-reader.js';
import { UNKNOWN } from '../../inputs/text/vocabulary.js';
import type { States } from '../../network/states.js';
import { stopIfAborted } from '../../platform/stop-if-aborted.js';
import { figuresOf, type LanguageFigures } from '../../tasks/language/figures.js';
import { strandsOf } from '../../tasks/language/strands.js';

/** Strands that a text is read in, which is quicker than one; each begins without knowing what came before. */
const STRANDS = 10;

/** Of each at once. */
const TIMESTEPS = 100;

/** Tokens below which a text is read in one strand. */
const SHORT = 1000;

/**
 * How well a network predicts each token of a text from those before it, states carried from the start of each of ten
 * strands to its end. The first token of a strand is predicted by nothing, and not counted.
 *
 * @param network that is asked what its whole softmax gives to the tokens that come.
 * @returns null for a text without tokens to predict.
 * @throws UserError `aborted`.
 */
export async function scoreStream(
  network: Pick<SequenceModel, 'score'>,
  text: CorpusText,
  options: { signal?: AbortSignal | undefined } = {},
): Promise<LanguageFigures | null> {
  const { stream } = text;
  const strands = strandsOf(stream, {
    strands: stream.length < SHORT ? 1 : STRANDS,
    timesteps: TIMESTEPS,
    isWhole: false,
  });
  if (strands.tokens === 0) return null;
  let states: States | undefined;
  const sum = { nats: 0, tokens: 0, unknown: 0 };
  for (let index = 0; index < strands.count; index++) {
    stopIfAborted(options.signal, 'a text was scored');
    const { batch, targets } = strands.stretch(index);
    const scored = await network.score(batch, targets, states);
    states = scored.states;
    for (const logProbability of scored.logProbabilities) sum.nats -= logProbability;
    for (const token of targets) if (token === UNKNOWN) sum.unknown += 1;
    sum.tokens += targets.length;
  }
  const characters = Math.max(1, Math.round((text.characters * sum.tokens) / stream.length));
  return figuresOf({ ...sum, characters });
}
