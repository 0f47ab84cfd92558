import { randomUUID } from 'node:crypto';
import { readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { unlessAbsent } from '../platform/exists.js';
import { makeFolder } from '../platform/make-folder.js';
import { readRegularText } from '../platform/regular-file.js';
import { replaceFile } from '../platform/replace-file.js';
import type { StoredClip } from './clip-folder.js';

const originSchema = z.object({
  label: z.string(),
  name: z.string(),
  /** Null for a clip that is a group of its own. */
  group: z.string().nullable(),
  thrownAt: z.string(),
});

export interface BinnedClip extends z.infer<typeof originSchema> {
  readonly id: string;
  readonly path: string;
}

const ORIGIN = 'origin.json';
const CLIP = 'clip';

/** Moves a clip into the bin, a folder for each, with what is needed to put it back. @returns its id there. */
export async function throwAway(bin: string, clip: StoredClip): Promise<string> {
  const id = randomUUID();
  const folder = join(bin, id);
  await makeFolder(folder);
  const { label, name, isGrouped, group } = clip;
  const origin = { label, name, group: isGrouped ? group : null, thrownAt: new Date().toISOString() };
  await replaceFile(join(folder, ORIGIN), `${JSON.stringify(origin)}\n`, { isSynced: false });
  await rename(clip.path, join(folder, CLIP));
  return id;
}

/** What is in the bin, the latest first. What is no clip there is passed over. */
export async function listBin(bin: string): Promise<BinnedClip[]> {
  const ids = (await unlessAbsent(readdir(bin))) ?? [];
  const clips = await Promise.all(ids.map((id) => readBinned(bin, id)));
  return clips
    .filter((clip) => clip !== null)
    .sort((one, other) => other.thrownAt.localeCompare(one.thrownAt));
}

async function readBinned(bin: string, id: string): Promise<BinnedClip | null> {
  const text = await readRegularText(join(bin, id, ORIGIN)).catch(() => null);
  if (text === null) return null;
  try {
    return { ...originSchema.parse(JSON.parse(text)), id, path: join(bin, id, CLIP) };
  } catch {
    return null;
  }
}

/** Takes what was put back, or is given up, out of the bin. */
export async function forget(bin: string, { id }: Pick<BinnedClip, 'id'>): Promise<void> {
  await rm(join(bin, id), { recursive: true, force: true });
}
