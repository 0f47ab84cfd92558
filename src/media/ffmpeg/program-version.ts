import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { open, realpath, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import { cacheFolder } from '../../platform/cache-folder.js';
import { makeFolder } from '../../platform/make-folder.js';
import { readRegularText } from '../../platform/regular-file.js';
import { replaceFile } from '../../platform/replace-file.js';

/** What a program says of itself. */
export interface Version {
  /** As it calls itself, such as `5.1.9` or `N-47683-g0e8eb07980-static`. */
  readonly version: string;
  /** [major, minor] of its libavutil: the one number that is comparable in releases and snapshots. */
  readonly libavutil: readonly [number, number];
}

/** A program that does not say its version within this time is not one that could decode a clip. */
const VERSION_TIMEOUT_MILLISECONDS = 10_000;

/**
 * The version of an ffmpeg or ffprobe. Where its file is as it was when it was last asked, the cache answers: a program
 * of many libraries takes 80 ms to start, a fifth of what a first clip takes. `askedNow` is false then.
 *
 * @throws Error where it does not answer as ffmpeg does.
 */
export async function versionOf(path: string): Promise<Version & { readonly askedNow: boolean }> {
  const place = await placeOf(path).catch(() => null);
  const known = place && (await readVersion(place));
  if (known) return { ...known, askedNow: false };
  return { ...(await askVersion(path)), askedNow: true };
}

/** Asks a program again. @returns whether it still answers; else the cache forgets it. */
export async function answersStill(path: string): Promise<boolean> {
  try {
    await askVersion(path);
    return true;
  } catch {
    const place = await placeOf(path).catch(() => null);
    if (place) await rm(place, { force: true }).catch(() => {});
    return false;
  }
}

/** Another file of the same program has another place. A script has none: what it starts may change without it. */
async function placeOf(path: string): Promise<string | null> {
  const file = await realpath(path);
  if (await isScript(file)) return null;
  const { size, mtimeMs, ctimeMs, ino } = await stat(file);
  const identity = createHash('sha256').update(JSON.stringify([file, size, mtimeMs, ctimeMs, ino]));
  return cacheFolder('programs', `${identity.digest('hex').slice(0, 32)}.json`);
}

async function isScript(path: string): Promise<boolean> {
  const file = await open(path);
  try {
    const { buffer } = await file.read(Buffer.alloc(2), 0, 2, 0);
    return buffer.toString('latin1') === '#!';
  } finally {
    await file.close();
  }
}

async function readVersion(place: string): Promise<Version | null> {
  try {
    const { version, libavutil } = JSON.parse(await readRegularText(place));
    const [major, minor] = libavutil;
    const isKnown = typeof version === 'string' && Number.isInteger(major) && Number.isInteger(minor);
    return isKnown ? { version, libavutil: [major, minor] } : null;
  } catch {
    return null;
  }
}

async function keep(path: string, version: Version): Promise<void> {
  const place = await placeOf(path);
  if (!place) return;
  await makeFolder(dirname(place));
  await replaceFile(place, JSON.stringify(version), { isSynced: false });
}

async function askVersion(path: string): Promise<Version> {
  const options = {
    timeout: VERSION_TIMEOUT_MILLISECONDS,
    killSignal: 'SIGKILL',
    windowsHide: true,
  } as const;
  const { stdout } = await promisify(execFile)(path, ['-version'], options);
  const version = /^ff(?:mpeg|probe) version (\S+)/.exec(stdout)?.[1];
  const libavutil = /^libavutil\s+(\d+)\.\s*(\d+)\./m.exec(stdout);
  if (!version || !libavutil) {
    throw new Error(
      `it answered -version with ${JSON.stringify(stdout.slice(0, 80))}, which is not ffmpeg's`,
    );
  }
  const answer: Version = { version, libavutil: [Number(libavutil[1]), Number(libavutil[2])] };
  // A cache that cannot be written makes the next run slower, and nothing else.
  await keep(path, answer).catch(() => {});
  return answer;
}
