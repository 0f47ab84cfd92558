import { join } from 'node:path';
import type { FeatureSequence } from '../../inputs/batches.js';
import { cannotWrite } from '../../platform/cannot-write.js';
import { exists } from '../../platform/exists.js';
import { makeFolder } from '../../platform/make-folder.js';
import { replaceFile } from '../../platform/replace-file.js';
import { encodeSafetensors } from '../../tensors/safetensors.js';
import type { BatchClip } from './batch-clip.js';
import type { Content } from './content.js';

/**
 * Writes a clip's features, float32 [timesteps, features], into a safetensors file that is named by the clip's
 * content, since a clip's own name may be one that no file can have.
 *
 * @param options.tensors `features`, or one for each window.
 * @returns the file's name in the folder.
 * @throws UserError `cannot_write`.
 */
export async function writeEmbedding(
  folder: string,
  options: { clip: BatchClip; content: Content; tensors: ReadonlyMap<string, FeatureSequence> },
): Promise<string> {
  const name = embeddingName(options.clip, options.content);
  const path = join(folder, name);
  const tensors = [...options.tensors].map(
    ([key, { data, timesteps }]) => [key, { shape: [timesteps, data.length / timesteps], data }] as const,
  );
  await makeFolder(folder).catch((cause: unknown) => {
    throw cannotWrite(path, cause);
  });
  await replaceFile(path, encodeSafetensors(new Map(tensors)), { isSynced: false, failure: cannotWrite });
  return name;
}

export async function hasEmbedding(folder: string, name: string | undefined): Promise<boolean> {
  return name !== undefined && exists(join(folder, name));
}

function embeddingName({ startSeconds, endSeconds }: BatchClip, { sha256 }: Content): string {
  const isWhole = startSeconds === undefined && endSeconds === undefined;
  return `${sha256}${isWhole ? '' : `-${startSeconds ?? 0}-${endSeconds ?? 'end'}`}.safetensors`;
}
