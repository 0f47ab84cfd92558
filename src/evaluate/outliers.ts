import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import type { DataSettings } from '../datasets/data-schema.js';
import { scanTexts } from '../datasets/texts/scan-texts.js';
import { UserError } from '../errors.js';
import { inputOf } from '../inputs/input-kinds.js';
import type { ReadableExample } from '../inputs/sequence-reader.js';
import type { Pipeline } from '../pipeline/schema.js';
import { listClips } from '../predict/batch/list-clips.js';
import { linesOf } from '../predict/read-lines.js';
import { isUnlike, type Limits } from '../tasks/classification/answer.js';
import { auroc } from '../tasks/classification/auroc.js';

/** How well a model tells what is unlike its training clips. */
export interface OutlierFigures {
  /** Where they are from. */
  readonly source: string;
  /** Those that could be read. */
  readonly examples: number;
  /** How probably one of them is farther from the training clips than a clip of the data; see auroc.ts. */
  readonly auroc: number;
  /** Share of them that is called unlike. */
  readonly unlike: number;
}

/** @param distances of the outliers and of the data, at least one of each. */
export function outlierFigures(
  source: string,
  { outliers, own, limits }: { outliers: readonly number[]; own: readonly number[]; limits: Limits },
): OutlierFigures {
  return {
    source,
    examples: outliers.length,
    auroc: auroc(outliers, own),
    unlike: unlikeShare(outliers, limits),
  };
}

/** Share of some distances that is beyond the limit. */
export const unlikeShare = (distances: readonly number[], limits: Limits): number =>
  distances.filter((distance) => isUnlike(distance, limits)).length / distances.length;

/**
 * What is of no class of a model's: all clips below a folder, links followed as in a dataset, or of a manifest; or for a
 * model of texts, the lines of a file, or a dataset of texts.
 *
 * @throws UserError as listClips and scanTexts; `unreadable` for a file of texts that cannot be read.
 */
export async function listOutliers(
  source: string,
  { pipeline, signal }: { pipeline: Pipeline; signal?: AbortSignal | undefined },
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
      onSkipped: () => {},
      signal: signal ?? new AbortController().signal,
    });
    for await (const clip of listed) if (!clip.problem && !clip.address) clips.push(clip);
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
  return clips;
}

async function listTexts(source: string, data: DataSettings | undefined): Promise<ReadableExample[]> {
  const isTable = /^\.(csv|tsv)?$/i.test(extname(source));
  if (isTable) {
    const encoding = data?.kind === 'texts' ? data.encoding : 'utf-8';
    return [...(await scanTexts(source, { encoding, purpose: 'scoring' })).examples];
  }
  const texts: ReadableExample[] = [];
  for await (const line of linesOf(source)) {
    if ('text' in line) texts.push({ id: JSON.stringify(line.text), path: source, text: line.text });
    else if (line.error.code !== 'empty') throw line.error;
  }
  return texts;
}

/** The error of asking how far outliers are where a model does not know. */
export function knowsNothing(model: string): UserError {
  return new UserError('usage', {
    problem: `${model} does not know what its training data looks like, so it cannot say how far outliers are from it.`,
    fix: `Run \`clipstep evaluate ${model} --calibrate\` on the data that it was trained on, or train it again.`,
  });
}
