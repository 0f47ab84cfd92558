import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import type { DataSettings } from '../datasets/data-schema.js';
import { type Example, NO_CLASS } from '../datasets/dataset.js';
import { SCRIBBLES, scribbles } from '../datasets/mnist/scribbles.js';
import { scanTexts } from '../datasets/texts/scan-texts.js';
import { UserError } from '../errors.js';
import { inputOf } from '../inputs/input-kinds.js';
import type { ReadableExample } from '../inputs/sequence-reader.js';
import type { Pipeline } from '../pipeline/schema.js';
import { exists } from '../platform/exists.js';
import type { BatchClip } from '../predict/batch/batch-clip.js';
import { listClips } from '../predict/batch/list-clips.js';
import { linesOf } from '../predict/read-lines.js';

/**
 * What is of none of a model's classes: all clips below a folder, links followed as in a dataset, or of a manifest; for a
 * model of texts, the lines of a file, or a dataset of texts; for one of MNIST also `scribbles`, which are drawn.
 *
 * @param options.part to train on, or to be tested on: of what is drawn, the two are others.
 * @param options.most of what is drawn, which is no end.
 * @throws UserError as listClips and scanTexts, each of which says that outliers are meant; `bad_dataset` where none of what is listed is
 *   there.
 */
export async function listOutliers(source: string, options: ListOptions): Promise<Example[]> {
  if (areDrawn(source, options.pipeline)) {
    const { part, most: count, pipeline } = options;
    return scribbles(part, { count, seed: pipeline.seed });
  }
  const listed = await listGiven(source, options).catch((error: unknown) => {
    if (!(error instanceof UserError) || error.code === 'aborted') throw error;
    throw new UserError(error.code, {
      problem: `Of the outliers: ${error.problem}`,
      fix: error.fix,
      cause: error,
    });
  });
  if (listed.length === 0) throw nothingListed(source);
  return listed.map((outlier) => ({ ...outlier, label: NO_CLASS, group: outlier.id }));
}

/** Whether outliers are no folder's. */
export const areDrawn = (source: string, { data }: Pipeline): boolean =>
  source === SCRIBBLES && data?.kind === 'mnist';

interface ListOptions {
  readonly pipeline: Pipeline;
  readonly part: 'train' | 'test';
  readonly most: number;
  readonly onSkipped: (path: string, problem: string) => void;
  readonly signal?: AbortSignal | undefined;
}

async function listGiven(
  source: string,
  { pipeline, signal, onSkipped }: ListOptions,
): Promise<ReadableExample[]> {
  const { given, images } = inputOf(pipeline.input);
  if (given === 'texts') return listTexts(source, pipeline.data);
  const scratch = await mkdtemp(join(tmpdir(), 'clipstep-outliers-'));
  const clips: ReadableExample[] = [];
  try {
    const listed = listClips(source, {
      labels: new Set<string>(),
      images,
      followLinks: true,
      shard: undefined,
      scratch,
      onSkipped: ({ path, problem }) => onSkipped(path, problem),
      signal: signal ?? new AbortController().signal,
    });
    for await (const clip of listed) {
      const problem = await problemOf(clip);
      if (problem === null) clips.push(clip);
      else onSkipped(clip.path, problem);
    }
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
  return clips;
}

/** Why a clip that is listed cannot be an outlier; null where it can. */
async function problemOf({ problem, address, path }: BatchClip): Promise<string | null> {
  if (problem) return problem.problem;
  if (address) return 'It is an address, and outliers are read from the disk.';
  return (await exists(path)) ? null : 'It is not there.';
}

async function listTexts(source: string, data: DataSettings | undefined): Promise<ReadableExample[]> {
  const encoding = data?.kind === 'texts' ? data.encoding : 'utf-8';
  const isTable = /^\.(csv|tsv)$/i.test(extname(source));
  if (isTable) {
    return [...(await scanTexts(source, { encoding, purpose: 'scoring' })).examples];
  }
  const texts: ReadableExample[] = [];
  for await (const line of linesOf(source, encoding)) {
    if ('text' in line) texts.push({ id: JSON.stringify(line.text), path: source, text: line.text });
    else if (line.error.code !== 'empty') throw line.error;
  }
  return texts;
}

const nothingListed = (source: string): UserError =>
  new UserError('bad_dataset', {
    problem: `${source} has no outliers that can be read.`,
    fix: 'Give a folder of clips, or for texts a file with a text a line.',
  });
