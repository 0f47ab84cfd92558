import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import { badDataset } from '../../datasets/found.js';
import { mapInTurns } from '../../platform/in-turns.js';
import type { CorpusPart } from './corpus-files.js';
import { layoutOf, type Pair, type PairOptions, type PairParts, readPairs } from './text-pairs.js';
import type { TextInput } from './text-schema.js';
import { tokenizerOf } from './tokenizer.js';
import { BEGIN, countTokens, END, type Vocabulary, vocabularyOf, vocabularyOfCounts } from './vocabulary.js';

/** A pair as a network reads and writes it: BEGIN, the numbers of its tokens, END. */
export interface TokenPair extends Pair {
  readonly sourceTokens: Int32Array;
  readonly targetTokens: Int32Array;
}

/** Pairs of texts in three parts. */
export interface PairCorpus {
  /** For people. */
  readonly name: string;
  /** sha256 of the pairs of all parts, in hexadecimal. */
  readonly digest: string;
  readonly vocabularies: Vocabularies;
  readonly parts: Readonly<Record<CorpusPart, readonly TokenPair[]>>;
  /** Pairs of the training part that are left out, one of their texts being longer than the network reads. */
  readonly tooLong: number;
}

export interface Vocabularies {
  readonly source: Vocabulary;
  readonly target: Vocabulary;
}

/**
 * Reads pairs of texts, each side with a vocabulary of its own, which are built from the training part alone.
 *
 * @param options.words those of a trained model.
 * @throws UserError as readPairs; `bad_dataset` without a training part, or where a side of it has less than two tokens to
 *   learn.
 */
export async function readPairCorpus(
  path: string,
  {
    settings,
    words,
    ...options
  }: PairOptions & {
    readonly settings: TextInput;
    readonly words?: { readonly source: readonly string[]; readonly target: readonly string[] } | undefined;
  },
): Promise<PairCorpus> {
  const given = await readPairs(path, options);
  if (!words && given.train.length === 0) {
    throw badDataset(`There are no pairs to train on in ${path}.`, layoutOf(options));
  }
  const { tokenize } = tokenizerOf(settings);
  const fits = (text: string) => tokenize(text).length <= settings.longest;
  const areRead = await mapInTurns(given.train, ({ source, target }) => fits(source) && fits(target));
  const train = given.train.filter((_, place) => areRead[place]);
  const built = async (side: keyof Pair) => {
    const { minCount, vocabulary: most } = settings;
    const counts = new Map<string, number>();
    await mapInTurns(train, (pair) => countTokens(counts, tokenize(pair[side])));
    const vocabulary = vocabularyOfCounts(counts, { minCount, most });
    if (vocabulary.words.length > 1) return vocabulary;
    throw badDataset(
      `The ${side}s to train on in ${path} have ${vocabulary.words.length} different ${settings.unit}s that are there ${minCount} times; there is nothing to learn.`,
      'Give other texts, or lower input.minCount of the pipeline.',
    );
  };
  const vocabularies = words
    ? { source: vocabularyOf(words.source), target: vocabularyOf(words.target) }
    : { source: await built('source'), target: await built('target') };
  const numbered = (pairs: readonly Pair[]) =>
    mapInTurns(pairs, (pair) => tokenPair(pair, { settings, vocabularies }));
  return {
    name: basename(path),
    digest: digestOf(given),
    vocabularies,
    parts: {
      train: await numbered(train),
      validation: await numbered(given.validation),
      test: await numbered(given.test),
    },
    tooLong: given.train.length - train.length,
  };
}

function tokenPair(
  pair: Pair,
  { settings, vocabularies }: { settings: TextInput; vocabularies: Vocabularies },
): TokenPair {
  return {
    ...pair,
    sourceTokens: numbersOf(pair.source, { settings, vocabulary: vocabularies.source }),
    targetTokens: numbersOf(pair.target, { settings, vocabulary: vocabularies.target }),
  };
}

/** A text of either side, as far as it is read. */
export function numbersOf(
  text: string,
  { settings, vocabulary }: { settings: TextInput; vocabulary: Vocabulary },
): Int32Array {
  const tokens = tokenizerOf(settings).tokenize(text).slice(0, settings.longest);
  return Int32Array.from([BEGIN, ...tokens.map(vocabulary.numberOf), END]);
}

function digestOf(parts: PairParts): string {
  const hash = createHash('sha256');
  for (const [part, pairs] of Object.entries(parts)) {
    hash.update(`${part}\n`);
    for (const { source, target } of pairs) hash.update(`${source}\t${target}\n`);
  }
  return hash.digest('hex');
}
