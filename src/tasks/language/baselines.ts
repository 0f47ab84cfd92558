import type { CorpusText } from '../../inputs/text/token-reader.js';
import { UNKNOWN } from '../../inputs/text/vocabulary.js';
import { figuresOf, type LanguageFigures } from './figures.js';
import { NGrams } from './n-grams.js';

/** What a network has to be better than: how often tokens come, alone and after those before them. */
export interface LanguageBaseline {
  /** Tokens of an n-gram: 1 looks at nothing before. */
  readonly order: number;
  readonly figures: LanguageFigures;
}

/** The longest n-grams: longer ones are of no use to texts that a laptop trains on. */
const LONGEST = 6;

/** Most tokens that are counted, the last ones: counts take some hundred bytes each. */
const COUNTED = 2_000_000;

/**
 * Single tokens, and n-grams of the order that is best on the validation part (n-grams.ts), as they do on the test part.
 * Without a validation part, of order 3.
 */
export function languageBaselines(
  parts: Readonly<Record<'train' | 'validation' | 'test', CorpusText>>,
  vocabularySize: number,
): LanguageBaseline[] {
  const { train, validation, test } = parts;
  if (test.stream.length < 2) return [];
  const counted = train.stream.subarray(Math.max(0, train.stream.length - COUNTED));
  const model = new NGrams(counted, { vocabularySize, order: LONGEST });
  const onTest = model.natsByOrder(test.stream);
  const best = validation.stream.length < 2 ? 3 : bestOrder(model.natsByOrder(validation.stream));
  return [...new Set([1, best])].map((order) => {
    const { stream, characters } = test;
    const tokens = stream.length - 1;
    const unknown = stream.subarray(1).filter((token) => token === UNKNOWN).length;
    return { order, figures: figuresOf({ nats: onTest[order - 1]!, tokens, unknown, characters }) };
  });
}

const bestOrder = (nats: readonly number[]): number =>
  nats.reduce((best, value, index) => (value < nats[best]! ? index : best), 0) + 1;
