import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { readManifest } from '../../datasets/scan-manifest.js';
import { messageOf, UserError } from '../../errors.js';
import { recognize } from '../../media/recognize.js';
import { absentFix } from '../../platform/folder-names.js';
import { type FindOptions, type FoundClips, findClips } from './find-clips.js';

/** One of several machines' parts of a batch. */
export interface Shard {
  /** 1 to count. */
  readonly index: number;
  readonly count: number;
}

/**
 * Lists the clips below a folder, or those of a manifest's lines, in their order.
 *
 * @throws UserError `not_found`, `bad_dataset` for a manifest that does not fit, `usage`, `aborted`.
 */
export async function listClips(source: string, options: FindOptions): Promise<FoundClips> {
  const found = await list(source, options);
  if (found.clips.length === 0) {
    const reasons = found.skipped.slice(0, 3).map(({ path, problem }) => `\n  ${path}: ${problem}`);
    throw new UserError('not_found', {
      problem: `${source} holds no clips: no videos and no folders of images.${reasons.join('')}`,
      fix: 'Give a folder of videos, of frames, or of folders of these, or a manifest (CSV) with the column path.',
    });
  }
  return found;
}

/** What of it is one machine's part. */
export function ofShard(found: FoundClips, shard: Shard): FoundClips {
  return { ...found, clips: found.clips.filter(({ id }) => isInShard(id, shard)) };
}

async function list(source: string, options: FindOptions): Promise<FoundClips> {
  const status = await stat(source).catch((cause: unknown) => {
    throw new UserError('not_found', {
      problem: `${source} cannot be opened: ${messageOf(cause)}.`,
      fix: absentFix(source, 'Give a folder with clips in it, or a manifest (CSV).'),
      cause,
    });
  });
  if (status.isDirectory()) return findClips(source, options);
  if (status.isFile() && (await recognize(source)) === 'a table') {
    const clips = await readManifest(source);
    return {
      clips: clips.map(({ label, ...clip }) => ({ ...clip, truth: label })),
      skipped: [],
    };
  }
  throw new UserError('usage', {
    problem: `${source} is neither a folder nor a manifest (CSV).`,
    fix: 'Give a folder; single clips are for `clipstep classify`.',
  });
}

/** By name and not by place, so that a clip stays in its shard when others come or go. */
function isInShard(id: string, { index, count }: Shard): boolean {
  return createHash('sha256').update(id).digest().readUInt32BE() % count === index - 1;
}
