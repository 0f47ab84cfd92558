import type { TranslationModel } from '../../engine/engine.js';
import { inBatches } from '../../inputs/batches.js';
import { numbersOf, type Vocabularies } from '../../inputs/text/pair-corpus.js';
import type { TextInput } from '../../inputs/text/text-schema.js';
import { tokenizerOf } from '../../inputs/text/tokenizer.js';
import { UNKNOWN } from '../../inputs/text/vocabulary.js';
import { writeWords } from '../../inputs/text/write-words.js';
import { type BeamOptions, beamSearch, type Written } from './beam-search.js';

/** What translates, and in which tokens. */
export interface Translator {
  readonly model: TranslationModel;
  readonly settings: TextInput;
  readonly vocabularies: Vocabularies;
}

export interface Translated {
  readonly text: string;
  /** Of the text. */
  readonly tokens: readonly string[];
  /** The logarithm of its probability, a token. */
  readonly score: number;
  /** What of the source is not in the vocabulary, each once. */
  readonly unknown: readonly string[];
}

/** Texts that are translated side by side. */
const SIDE_BY_SIDE = 32;

/** Texts with a token at least, in their order. @throws UserError `aborted`. */
export async function translateTexts(
  { model, settings, vocabularies }: Translator,
  texts: readonly string[],
  options: BeamOptions,
): Promise<Translated[]> {
  const sources = texts.map((text) => numbersOf(text, { settings, vocabulary: vocabularies.source }));
  // Those of like length together: what is padded is computed for nothing.
  const order = [...sources.keys()].sort((one, other) => sources[one]!.length - sources[other]!.length);
  const written: Written[] = [];
  for (const places of inBatches(order, SIDE_BY_SIDE)) {
    const some = await beamSearch(
      model,
      places.map((place) => sources[place]!),
      options,
    );
    for (const [index, place] of places.entries()) written[place] = some[index]!;
  }
  return texts.map((text, place) => translated(text, written[place]!, { settings, vocabularies }));
}

function translated(
  source: string,
  { tokens: numbers, score }: Written,
  { settings, vocabularies }: Omit<Translator, 'model'>,
): Translated {
  const { tokenize } = tokenizerOf(settings);
  const unknown = tokenize(source).filter((token) => vocabularies.source.numberOf(token) === UNKNOWN);
  const tokens = numbers.flatMap((number) => vocabularies.target.tokenOf(number) ?? []);
  return { text: textOf(tokens, settings), tokens, score, unknown: [...new Set(unknown)] };
}

/** Words that were cut at spaces alone are put together so. */
function textOf(tokens: readonly string[], settings: TextInput): string {
  const areTorn = settings.unit === 'word' && settings.boundaries !== 'spaces';
  return areTorn ? writeWords(tokens) : tokenizerOf(settings).join(tokens);
}
