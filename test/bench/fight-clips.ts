import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { sharedFolder } from '../support/shared.js';

/** Where the clips of surveillance-fight are, and how many; null where there are none, which is told. */
export async function fightClips(): Promise<{ source: string; clips: number } | null> {
  const source = join(sharedFolder ?? '', 'datasets', 'surveillance-fight');
  const entries = sharedFolder ? await readdir(source, { recursive: true }).catch(() => []) : [];
  const clips = entries.filter((name) => name.endsWith('.mp4')).length;
  if (clips > 0) return { source, clips };
  console.log(`Left out: no clips in ${source} (CLIPSTEP_SHARED names the folder above)`);
  return null;
}
