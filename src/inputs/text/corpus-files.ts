import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf, UserError } from '../../errors.js';

export type CorpusPart = 'train' | 'validation' | 'test';

export const CORPUS_PARTS = ['train', 'validation', 'test'] as const satisfies readonly CorpusPart[];

/** The words of a file's name that say which part it is. */
const NAMES: Readonly<Record<CorpusPart, RegExp>> = {
  train: /(^|[^a-z])train([^a-z]|$)/,
  validation: /(^|[^a-z])val(id(ation)?)?([^a-z]|$)/,
  test: /(^|[^a-z])test([^a-z]|$)/,
};

/**
 * The files of a running text: one as the training part, or those of a folder by what their names say, such as
 * ptb.train.txt, ptb.valid.txt and ptb.test.txt. A folder with one other text has that one.
 *
 * @throws UserError `not_found` where nothing is there; `bad_dataset` for a folder without a training part, or with two
 *   files for one part.
 */
export async function corpusFiles(path: string): Promise<Map<CorpusPart, string>> {
  const isFolder = await isTextFolder(path, {
    fix: 'Give a text file, or a folder with the files train.txt, valid.txt and test.txt.',
  });
  if (!isFolder) return new Map([['train', path]]);
  const { files, names } = await partFiles(path, '.txt');
  if (files.has('train')) return files;
  if (files.size === 0 && names.length === 1) return new Map([['train', join(path, names[0]!)]]);
  throw new UserError('bad_dataset', {
    problem: `The folder ${path} has no text to train on: of ${names.length} .txt files, none has train in its name.`,
    fix: 'Name its texts train.txt, valid.txt and test.txt, or give one file.',
  });
}

/** Whether texts are given as a folder, and not as one file. @throws UserError `not_found` where nothing is there. */
export async function isTextFolder(path: string, { fix }: { fix: string }): Promise<boolean> {
  const found = await stat(path).catch((cause: unknown) => {
    throw new UserError('not_found', {
      problem: `The text ${path} cannot be read: ${messageOf(cause)}.`,
      fix,
      cause,
    });
  });
  return found.isDirectory();
}

/**
 * The files of a folder with an ending, in the order of their names, and which of them is which part.
 *
 * @throws UserError `bad_dataset` for two files for one part.
 */
export async function partFiles(
  folder: string,
  ending: string,
): Promise<{ files: Map<CorpusPart, string>; names: readonly string[] }> {
  const isOne = (name: string) => name.toLowerCase().endsWith(ending.toLowerCase());
  const names = (await readdir(folder)).filter(isOne).sort();
  const files = new Map<CorpusPart, string>();
  for (const part of CORPUS_PARTS) {
    const own = names.filter((name) => NAMES[part].test(name.slice(0, -ending.length).toLowerCase()));
    if (own.length > 1) throw ambiguous(folder, part, own);
    if (own[0] !== undefined) files.set(part, join(folder, own[0]));
  }
  return { files, names };
}

function ambiguous(path: string, part: CorpusPart, names: readonly string[]): UserError {
  return new UserError('bad_dataset', {
    problem: `The folder ${path} has ${names.length} texts for the ${part} part: ${names.join(', ')}.`,
    fix: 'Leave one of them there.',
  });
}
