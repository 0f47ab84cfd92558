import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DEFAULT_TIMEOUT_SECONDS } from '../media/clip.js';
import { openRemoteClips, type RemoteOptions } from './remote-clips.js';

/** Does work on what is at an address, in a temporary file that is removed with its folder. @throws as RemoteClips. */
export async function withFetched<T>(
  address: string,
  options: {
    remote?: RemoteOptions | undefined;
    timeoutSeconds?: number | undefined;
    signal?: AbortSignal | undefined;
  },
  work: (path: string) => Promise<T>,
): Promise<T> {
  const { remote = {}, timeoutSeconds = DEFAULT_TIMEOUT_SECONDS, signal } = options;
  const folder = await mkdtemp(join(tmpdir(), 'clipstep-fetch-'));
  const clips = openRemoteClips(remote, { folder, timeoutSeconds, signal });
  try {
    return await clips.withFile(address, work);
  } finally {
    await clips.release();
    await rm(folder, { recursive: true, force: true });
  }
}
