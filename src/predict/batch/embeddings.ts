import { randomUUID } from 'node:crypto';
import { access, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { FeatureSequence } from '../../inputs/batches.js';
import { cannotWrite } from '../../platform/cannot-write.js';
import { encodeSafetensors } from '../../tensors/safetensors.js';
import type { Content } from './content.js';
import type { BatchClip } from './find-clips.js';

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
  const temporary = `${path}.${randomUUID()}.tmp`;
  const tensors = [...options.tensors].map(
    ([key, { data, timesteps }]) => [key, { shape: [timesteps, data.length / timesteps], data }] as const,
  );
  try {
    await mkdir(folder, { recursive: true });
    await writeFile(temporary, encodeSafetensors(new Map(tensors)));
    await rename(temporary, path);
  } catch (cause) {
    await rm(temporary, { force: true });
    throw cannotWrite(path, cause);
  }
  return name;
}

export async function hasEmbedding(folder: string, name: string | undefined): Promise<boolean> {
  if (name === undefined) return false;
  return access(join(folder, name)).then(
    () => true,
    () => false,
  );
}

function embeddingName({ startSeconds, endSeconds }: BatchClip, { sha256 }: Content): string {
  const isWhole = startSeconds === undefined && endSeconds === undefined;
  return `${sha256}${isWhole ? '' : `-${startSeconds ?? 0}-${endSeconds ?? 'end'}`}.safetensors`;
}
