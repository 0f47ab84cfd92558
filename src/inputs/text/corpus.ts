import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import { readText } from '../../datasets/texts/read-text.js';
import { UserError } from '../../errors.js';
import { type CorpusPart, corpusFiles } from './corpus-files.js';
import { type CorpusText, TokenReader } from './token-reader.js';
import type { Tokenization } from './tokenizer.js';
import { buildVocabulary, type Vocabulary, vocabularyOf } from './vocabulary.js';

/** A running text in three parts, each a stream of tokens. */
export interface Corpus {
  /** For people. */
  readonly name: string;
  /** sha256 of the texts, in hexadecimal. */
  readonly digest: string;
  readonly vocabulary: Vocabulary;
  readonly parts: Readonly<Record<CorpusPart, CorpusText>>;
}

export interface CorpusOptions {
  readonly settings: Tokenization & {
    readonly minCount: number;
    /** Most tokens of the vocabulary; all when absent. */
    readonly vocabulary?: number | undefined;
  };
  /** Shares of a text in one file: its start is the training part, its end the test part. */
  readonly split: { readonly validation: number; readonly test: number };
  /** See datasets/texts/encoding-schema.ts. */
  readonly encoding: string;
  /** The vocabulary of a trained model; built from the training part when absent. */
  readonly words?: readonly string[] | undefined;
}

/**
 * Reads a running text: a file, which is cut at the shares of the split, or a folder with a file for each part (see
 * corpusFiles). The vocabulary is built from the training part alone. What is kept of the text takes 2 bytes a token, or 4
 * where there are more different ones than 2 can tell apart.
 *
 * @throws UserError as corpusFiles and readText; `bad_dataset` for a training part without tokens.
 */
export async function readCorpus(
  path: string,
  { settings, split, encoding, words }: CorpusOptions,
): Promise<Corpus> {
  const reader = new TokenReader(settings);
  const hash = createHash('sha256');
  const texts = new Map<CorpusPart, CorpusText>();
  const files = await corpusFiles(path);
  for (const [part, file] of files) {
    const text = await readText(file, encoding);
    hash.update(text);
    texts.set(part, reader.read(text));
  }
  const train = texts.get('train')!;
  if (train.stream.length === 0) throw empty(files.get('train')!);
  const parts = texts.size > 1 ? filledUp(texts) : cut(train, split);
  const limits = { minCount: settings.minCount, most: settings.vocabulary };
  const vocabulary = words
    ? vocabularyOf(words)
    : buildVocabulary(reader.tokenLists(parts.train.stream), limits);
  for (const { stream } of texts.values()) reader.renumber(stream, vocabulary);
  return { name: basename(path), digest: hash.digest('hex'), vocabulary, parts };
}

const NONE: CorpusText = { stream: new Int32Array(0), characters: 0 };

function filledUp(texts: ReadonlyMap<CorpusPart, CorpusText>): Corpus['parts'] {
  return {
    train: texts.get('train')!,
    validation: texts.get('validation') ?? NONE,
    test: texts.get('test') ?? NONE,
  };
}

/** Parts that lie in the stream of the whole text. */
function cut({ stream, characters }: CorpusText, split: CorpusOptions['split']): Corpus['parts'] {
  const test = Math.floor(stream.length * (1 - split.test));
  const validation = Math.floor(stream.length * (1 - split.test - split.validation));
  const part = (start: number, end: number): CorpusText => ({
    stream: stream.subarray(start, end),
    characters: Math.round((characters * (end - start)) / stream.length),
  });
  return { train: part(0, validation), validation: part(validation, test), test: part(test, stream.length) };
}

function empty(file: string): UserError {
  return new UserError('bad_dataset', {
    problem: `The text ${file} has no tokens.`,
    fix: 'Give a text to learn from.',
  });
}
