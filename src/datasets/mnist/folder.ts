import { createHash } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { messageOf, UserError } from '../../errors.js';
import { FILE_NAMES, filesOf, type MnistFiles } from './files.js';
import { encodeIdx, type IdxArray, readIdx } from './idx.js';
import { DIGIT_CLASSES, IMAGE_SIDE, type LabelledImages } from './labelled-images.js';

export interface MnistFolder {
  readonly train: LabelledImages;
  readonly test: LabelledImages;
  /** sha256 (hex) of each file as it is when not gzipped. */
  readonly digests: MnistFiles<string>;
}

/**
 * Reads the four files of a dataset in MNIST's form: images of 28 x 28 pixels and their labels 0 to 9.
 *
 * @throws UserError `not_found`, `unreadable`, or `bad_dataset` for a file that is missing, is no such file,
 *   or does not fit its counterpart.
 */
export async function readMnistFolder(folder: string): Promise<MnistFolder> {
  const names = await listFolder(folder);
  const read = (wanted: string) => readFileOf(folder, { names, wanted });
  const files: MnistFiles<NamedArray> = {
    trainImages: await read(FILE_NAMES.trainImages),
    trainLabels: await read(FILE_NAMES.trainLabels),
    testImages: await read(FILE_NAMES.testImages),
    testLabels: await read(FILE_NAMES.testLabels),
  };
  return {
    train: joinParts(files.trainImages, files.trainLabels),
    test: joinParts(files.testImages, files.testLabels),
    digests: {
      trainImages: digestOf(files.trainImages),
      trainLabels: digestOf(files.trainLabels),
      testImages: digestOf(files.testImages),
      testLabels: digestOf(files.testLabels),
    },
  };
}

type NamedArray = IdxArray & { readonly path: string };

async function listFolder(folder: string): Promise<string[]> {
  return readdir(folder).catch((cause: unknown) => {
    throw new UserError('not_found', {
      problem: `The folder ${folder} cannot be read: ${messageOf(cause)}.`,
      fix: 'Give a folder that holds the four MNIST files with --data, or --data strokes.',
      cause,
    });
  });
}

/** The usual names: `-idx3` or `.idx3`, plain or gzipped; a plain file goes before a gzipped one. */
async function readFileOf(
  folder: string,
  { names, wanted }: { names: readonly string[]; wanted: string },
): Promise<NamedArray> {
  const dotted = wanted.replace('-idx', '.idx');
  const name = [wanted, dotted, `${wanted}.gz`, `${dotted}.gz`].find((usual) => names.includes(usual));
  if (name === undefined) {
    throw new UserError('bad_dataset', {
      problem: `${folder} has no ${wanted}, neither plain nor gzipped; it holds ${listSome(names)}.`,
      fix: `Put the four files there: ${filesOf(FILE_NAMES).join(', ')}, each with or without .gz.`,
    });
  }
  const path = join(folder, name);
  return { ...(await readIdx(path)), path };
}

function listSome(names: readonly string[]): string {
  if (names.length === 0) return 'nothing';
  const shown = names.slice(0, 5).join(', ');
  return names.length > 5 ? `${shown} and ${names.length - 5} more` : shown;
}

function joinParts(images: NamedArray, labels: NamedArray): LabelledImages {
  const [count = 0, ...size] = images.shape;
  const side = `${IMAGE_SIDE} x ${IMAGE_SIDE}`;
  if (size.length !== 2) {
    throw mismatched(images, `images of ${side}, which have 3 dimensions`);
  }
  if (size.some((pixels) => pixels !== IMAGE_SIDE)) throw mismatched(images, `images of ${side} pixels`);
  if (count === 0) throw mismatched(images, 'at least one image');
  if (labels.shape.length !== 1) throw mismatched(labels, 'labels, which have 1 dimension');
  if (labels.shape[0] !== count) {
    throw mismatched(labels, `${count} labels, one for each image of ${basename(images.path)}`);
  }
  const stranger = labels.data.findIndex((label) => label >= DIGIT_CLASSES);
  if (stranger >= 0) {
    throw new UserError('bad_dataset', {
      problem: `${labels.path} has the label ${labels.data[stranger]} at index ${stranger}, expected 0 to 9.`,
      fix: 'Use a set of the digits 0 to 9; for letters there would have to be more classes.',
    });
  }
  return { images: images.data, labels: labels.data };
}

function mismatched({ path, shape }: NamedArray, expected: string): UserError {
  return new UserError('bad_dataset', {
    problem: `${path} holds an array of ${shape.join(' x ')}, expected ${expected}.`,
    fix: 'Take all four files from one dataset in the form of MNIST, and leave their names as they were.',
  });
}

const digestOf = (array: IdxArray): string => createHash('sha256').update(encodeIdx(array)).digest('hex');
