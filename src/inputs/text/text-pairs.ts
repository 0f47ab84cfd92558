import { createHash } from 'node:crypto';
import { badDataset } from '../../datasets/found.js';
import { readText } from '../../datasets/texts/read-text.js';
import type { UserError } from '../../errors.js';
import { CORPUS_PARTS, type CorpusPart, isTextFolder, partFiles } from './corpus-files.js';

/** A text, and what follows from it, such as its translation. */
export interface Pair {
  readonly source: string;
  readonly target: string;
}

export type PairParts = Readonly<Record<CorpusPart, readonly Pair[]>>;

export interface PairOptions {
  /** What the names of the files of a folder end in. */
  readonly from: string;
  readonly to: string;
  /** See datasets/texts/encoding-schema.ts. */
  readonly encoding: string;
  /** Shares of a table's sources. */
  readonly split: { readonly validation: number; readonly test: number };
}

/**
 * Reads pairs of texts:
 * - a folder with two files for each part, a text a line, the same line of both being a pair: train.de and train.en, and
 *   if wanted val.de and val.en, test.de and test.en;
 * - or a table without a header, a pair a line, with a tab between source and target; what stands after another tab is not
 *   read. Its sources are dealt out to parts by their sha256: none is in two parts, however often it is there.
 *
 * @throws UserError `not_found`; `bad_dataset` for a folder without pairs, a file without its other one, files of
 *   different lengths, an empty text, and a line without a tab; as readText.
 */
export async function readPairs(path: string, options: PairOptions): Promise<PairParts> {
  const isFolder = await isTextFolder(path, { fix: layoutOf(options) });
  if (!isFolder) return dealt(await pairsOfTable(path, options), options.split);
  const [sources, targets] = await Promise.all(
    [options.from, options.to].map(async (ending) => (await partFiles(path, `.${ending}`)).files),
  );
  const read = async (part: CorpusPart) =>
    pairsOfFiles(sources!.get(part), targets!.get(part), { part, path, options });
  const [train, validation, test] = await Promise.all(CORPUS_PARTS.map(read));
  const parts = { train: train!, validation: validation!, test: test! };
  if (Object.values(parts).some(({ length }) => length > 0)) return parts;
  throw badDataset(`The folder ${path} has no pairs.`, layoutOf(options));
}

/** How pairs are given, for people. */
export const layoutOf = ({ from, to }: Pick<PairOptions, 'from' | 'to'>): string =>
  `Give a folder with the files train.${from} and train.${to}, and if wanted the same for val and test; or a table (.tsv), a pair a line.`;

async function pairsOfFiles(
  source: string | undefined,
  target: string | undefined,
  { part, path, options }: { part: CorpusPart; path: string; options: PairOptions },
): Promise<Pair[]> {
  if (source === undefined && target === undefined) return [];
  if (source === undefined || target === undefined) {
    const [there, absent] = source === undefined ? [target!, options.from] : [source, options.to];
    throw badDataset(
      `The folder ${path} has ${there} for the ${part} part, and no file .${absent} beside it.`,
      layoutOf(options),
    );
  }
  const [sources, targets] = [await linesOf(source, options), await linesOf(target, options)];
  if (sources.length !== targets.length) {
    throw badDataset(
      `${source} has ${sources.length} lines and ${target} has ${targets.length}; the same line of both is a pair.`,
      'Give files of as many lines.',
    );
  }
  return sources.map((text, index) => pairOf(text, targets[index]!, { source, target, line: index + 1 }));
}

async function pairsOfTable(path: string, options: PairOptions): Promise<Pair[]> {
  const pairs = (await linesOf(path, options)).map((line, index) => {
    const [source, target] = line.split('\t');
    if (target !== undefined) return pairOf(source!, target, { source: path, target: path, line: index + 1 });
    throw badDataset(
      `Line ${index + 1} of ${path} has no tab between a text and its target.`,
      layoutOf(options),
    );
  });
  if (pairs.length > 0) return pairs;
  throw badDataset(`${path} has no pairs.`, layoutOf(options));
}

function pairOf(
  source: string,
  target: string,
  files: { source: string; target: string; line: number },
): Pair {
  const pair = { source: source.trim(), target: target.trim() };
  if (pair.source === '') throw emptyText(files.source, files.line);
  if (pair.target === '') throw emptyText(files.target, files.line);
  return pair;
}

function emptyText(path: string, line: number): UserError {
  return badDataset(`${path} has an empty text in line ${line}.`, 'Remove the pair.');
}

async function linesOf(path: string, { encoding }: PairOptions): Promise<string[]> {
  const lines = (await readText(path, encoding)).split(/\r?\n/);
  if (lines.at(-1) === '') lines.pop();
  return lines;
}

function dealt(pairs: readonly Pair[], split: PairOptions['split']): PairParts {
  const digests = new Map(pairs.map(({ source }) => [source, sha256(source)]));
  const sources = [...digests.keys()].sort((one, other) =>
    digests.get(one)! < digests.get(other)! ? -1 : 1,
  );
  const tested = Math.round(split.test * sources.length);
  const validated = tested + Math.round(split.validation * sources.length);
  const places = new Map(sources.map((source, place) => [source, place]));
  const among = (from: number, to: number) =>
    pairs.filter(({ source }) => places.get(source)! >= from && places.get(source)! < to);
  return {
    train: among(validated, sources.length),
    validation: among(tested, validated),
    test: among(0, tested),
  };
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
