import type { CorpusText } from '../../inputs/text/token-reader.js';
import type { TokenStream } from '../../inputs/text/token-stream.js';
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

/** Most tokens that are counted, the last ones: counts take up to 50 bytes for each and each order. */
const COUNTED = 1_000_000;

/**
 * Single tokens, and n-grams of the order that is best on the validation part (n-grams.ts), as they do on the test part.
 * Without a validation part, the order is that which is best on the last tenth of the training part, counted in the rest.
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
  const best = bestOrder(
    validation.stream.length < 2
      ? natsOfLastTenth(counted, vocabularySize)
      : model.natsByOrder(validation.stream),
  );
  return [...new Set([1, best])].map((order) => {
    const { stream, characters } = test;
    const tokens = stream.length - 1;
    let unknown = 0;
    for (const token of stream.subarray(1)) if (token === UNKNOWN) unknown++;
    return { order, figures: figuresOf({ nats: onTest[order - 1]!, tokens, unknown, characters }) };
  });
}

function natsOfLastTenth(counted: TokenStream, vocabularySize: number): number[] {
  const end = Math.floor(0.9 * counted.length);
  const model = new NGrams(counted.subarray(0, end), { vocabularySize, order: LONGEST });
  return model.natsByOrder(counted.subarray(end));
}

const bestOrder = (nats: readonly number[]): number =>
  nats.reduce((best, value, index) => (value < nats[best]! ? index : best), 0) + 1;
