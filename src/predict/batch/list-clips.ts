import { stat } from 'node:fs/promises';
import type { Skipped } from '../../datasets/dataset.js';
import { readManifest } from '../../datasets/scan-manifest.js';
import { messageOf, UserError } from '../../errors.js';
import { recognize } from '../../media/recognize.js';
import { absentFix } from '../../platform/folder-names.js';
import type { BatchClip } from './batch-clip.js';
import { type FindOptions, findClips } from './find-clips.js';
import { isInShard, type Shard } from './shard.js';

export interface ListOptions extends Omit<FindOptions, 'isWanted'> {
  /** Only the clips of this part, where there is one. */
  readonly shard: Shard | undefined;
}

/** Of what is no clip, those that an error for a source without clips names. */
const REASONS = 3;

/**
 * Lists the clips below a folder, or those of a manifest's lines, in their order. None is held: a shard of a million
 * takes no more memory than it has clips.
 *
 * @throws UserError `not_found`, `bad_dataset` for a manifest that does not fit, when it is read; `usage`, `aborted`.
 */
export async function* listClips(source: string, options: ListOptions): AsyncGenerator<BatchClip, void> {
  const { shard, signal } = options;
  const reasons: Skipped[] = [];
  let count = 0;
  const isWanted = (id: string) => {
    if (signal.aborted) throw stopped(source);
    count += 1;
    return !shard || isInShard(id, shard);
  };
  const onSkipped = (skipped: Skipped) => {
    if (reasons.length < REASONS) reasons.push(skipped);
    options.onSkipped(skipped);
  };
  yield* await open(source, { ...options, isWanted, onSkipped });
  if (count > 0) return;
  const lines = reasons.map(({ path, problem }) => `\n  ${path}: ${problem}`);
  throw new UserError('not_found', {
    problem: `${source} holds no clips: no videos and no folders of images.${lines.join('')}`,
    fix: 'Give a folder of videos, of frames, or of folders of these, or a manifest (CSV) with the column path.',
  });
}

async function open(source: string, options: FindOptions): Promise<AsyncGenerator<BatchClip, void>> {
  const status = await stat(source).catch((cause: unknown) => {
    throw new UserError('not_found', {
      problem: `${source} cannot be opened: ${messageOf(cause)}.`,
      fix: absentFix(source, 'Give a folder with clips in it, or a manifest (CSV).'),
      cause,
    });
  });
  if (status.isDirectory()) return findClips(source, options);
  if (status.isFile() && (await recognize(source)) === 'a table') return rowsOf(source, options);
  throw new UserError('usage', {
    problem: `${source} is neither a folder nor a manifest (CSV).`,
    fix: 'Give a folder; single clips are for `clipstep classify`.',
  });
}

async function* rowsOf(path: string, { isWanted }: FindOptions): AsyncGenerator<BatchClip, void> {
  for await (const { label, ...clip } of readManifest({ path, isWanted })) yield { ...clip, truth: label };
}

function stopped(source: string): UserError {
  return new UserError('aborted', {
    problem: `Listing ${source} was stopped.`,
    fix: 'Give the same command again.',
  });
}
