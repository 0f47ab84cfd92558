import { badDataset } from '../../datasets/found.js';
import type { UserError } from '../../errors.js';
import { mapInTurns } from '../../platform/in-turns.js';
import type { Input, InputKind } from '../input-kind.js';
import { withoutEncoder } from '../without-encoder.js';
import { contradictingTexts } from './contradicting-texts.js';
import { describeText } from './describe-text.js';
import { ngramsOf } from './ngrams.js';
import { passageOf } from './passage.js';
import { readTokens } from './read-tokens.js';
import { textOf } from './text-of.js';
import { type TextInput, textSchema } from './text-schema.js';
import { tokenizerOf } from './tokenizer.js';
import { countTokens, MARKERS, vocabularyOfCounts } from './vocabulary.js';

/** A text, one character or word a timestep. */
export const textKind = {
  schema: textSchema,
  open: (settings: TextInput): Input => ({
    noun: 'texts',
    given: 'texts',
    images: 'clips',
    source: { kind: 'direct', open: (vocabulary) => readTokens(settings, vocabulary) },
    hasTellingTimesteps: false,
    ngrams: (example) => ngramsOf(settings, textOf(example)),
    vocabularyOf: async (examples) => {
      const { tokenize } = tokenizerOf(settings);
      const counts = new Map<string, number>();
      await mapInTurns(examples, (example) => countTokens(counts, tokenize(textOf(example))));
      const { minCount, vocabulary: most } = settings;
      const { words } = vocabularyOfCounts(counts, { minCount, most });
      if (words.length < FEWEST_TOKENS) throw tooFewTokens(settings, words);
      return words;
    },
    timestep: (vocabulary) => ({
      kind: 'token',
      tokens: MARKERS + vocabulary.length,
      width: settings.embedding,
    }),
    views: () => 1,
    remark: null,
    isSequence: () => true,
    contradictions: (pipeline) => [
      ...withoutEncoder('text', pipeline),
      ...contradictingTexts(settings, pipeline),
    ],
    illustrate: async (example) => passageOf(settings, textOf(example)),
    describe: () => describeText(settings),
  }),
} satisfies InputKind<TextInput>;

/** With fewer, all texts are the same but for their lengths. */
const FEWEST_TOKENS = 2;

function tooFewTokens({ unit, minCount }: TextInput, words: readonly string[]): UserError {
  return badDataset(
    `The training part has ${words.length === 0 ? 'no' : 'one'} ${unit} at least ${minCount} times; a vocabulary needs two.`,
    'Give more texts, or set input.minCount to 1.',
  );
}
