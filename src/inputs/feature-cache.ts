import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { UserError } from '../errors.js';
import { refuseDevice } from '../media/address.js';
import { locateClip, unreadable } from '../media/locate.js';
import { cacheFolder, cannotCache } from '../platform/cache-folder.js';
import { unlessUnavailable } from '../platform/lack.js';
import { makeFolder } from '../platform/make-folder.js';
import { bytesOfFile, NoRegularFile, readRegularFile } from '../platform/regular-file.js';
import { replaceFile } from '../platform/replace-file.js';

const DIGEST_BYTES = 32;

/** Bytes on disk, kept by what they were computed from. */
export interface Cache {
  /**
   * The bytes that belong to a key, from disk or computed and kept. An entry whose checksum does not hold
   * is computed again. `key` is anything JSON can write; all that the bytes depend on must be in it.
   */
  get(key: unknown, compute: () => Promise<Uint8Array>): Promise<Uint8Array>;
  /** What is kept for a key; null where nothing is. */
  peek(key: unknown): Promise<Uint8Array | null>;
}

/**
 * Clipstep's own cache of sequences, which a run can do without: where there is none or it cannot be written, a note
 * says so once.
 */
export function openSequenceCache(
  onEvent: ((event: { readonly kind: 'note'; readonly message: string }) => void) | undefined,
): Cache {
  const note = ({ problem, fix }: UserError) =>
    onEvent?.({
      kind: 'note',
      message: `${problem} What is read is not kept, and will be read again. ${fix}`,
    });
  try {
    return openCache(cacheFolder('sequences'), (path, cause) => note(cannotCache(path, cause)));
  } catch (error) {
    if (!(error instanceof UserError && error.code === 'cannot_write')) throw error;
    note(error);
    return { peek: async () => null, get: (_key, compute) => compute() };
  }
}

/**
 * A cache in a folder, which need not exist. An entry is the sha256 of its bytes followed by them.
 * @param onUnwritable is called the first time that an entry cannot be kept; later ones are tried all the same.
 */
export function openCache(
  folder: string,
  onUnwritable: (folder: string, cause: unknown) => void = () => {},
): Cache {
  let isWritable = true;
  const noteUnwritable = (cause: unknown) => {
    if (isWritable) onUnwritable(folder, cause);
    isWritable = false;
  };
  const pathOf = (key: unknown) => {
    const name = createHash('sha256').update(JSON.stringify(key)).digest('hex');
    return join(folder, name.slice(0, 2), name.slice(2));
  };
  return {
    peek: (key) => readEntry(pathOf(key)),
    async get(key, compute) {
      const path = pathOf(key);
      const kept = await readEntry(path);
      if (kept) return kept;
      const computed = await compute();
      await writeEntry(path, computed).catch(noteUnwritable);
      return computed;
    },
  };
}

/**
 * sha256 (hex) of what an input holds: a file's bytes; of a folder of frames, as digestOfFrames.
 * @throws UserError as locateClip, also when a file cannot be read.
 */
export async function contentDigest(path: string): Promise<string> {
  const status = await stat(path).catch(refuse(path));
  if (!status.isDirectory()) return fileDigest(path).catch(refuse(path));
  const located = await locateClip(path);
  const paths = located.kind === 'images' ? located.paths : [];
  const digests = await Promise.all(paths.map((frame) => unlessUnavailable(fileDigest(frame))));
  return digestOfFrames(
    paths.map((frame, index) => ({ path: frame, sha256: digests[index] ?? 'unreadable' })),
  );
}

/** sha256 (hex) of the lines that `sha256sum` prints of frames, in the order in which they are read. */
export function digestOfFrames(
  frames: ReadonlyArray<{ readonly path: string; readonly sha256: string }>,
): string {
  const lines = createHash('sha256');
  for (const { path, sha256 } of frames) lines.update(`${sha256}  ${basename(path)}\n`);
  return lines.digest('hex');
}

const refuse = (path: string) => (cause: unknown) => {
  if (cause instanceof NoRegularFile) refuseDevice(path);
  throw unreadable(path, cause);
};

async function fileDigest(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of bytesOfFile(path)) hash.update(chunk);
  return hash.digest('hex');
}

async function readEntry(path: string): Promise<Uint8Array | null> {
  const entry = await readRegularFile(path).catch(() => null);
  if (!entry || entry.length < DIGEST_BYTES) return null;
  // A copy of its own, so that it can be viewed as float32: a Buffer's offset need not be a multiple of 4.
  const bytes = new Uint8Array(entry.subarray(DIGEST_BYTES));
  return digestOf(bytes).equals(entry.subarray(0, DIGEST_BYTES)) ? bytes : null;
}

async function writeEntry(path: string, bytes: Uint8Array): Promise<void> {
  await makeFolder(dirname(path));
  await replaceFile(path, Buffer.concat([digestOf(bytes), bytes]), { isSynced: false });
}

function digestOf(bytes: Uint8Array): Buffer {
  return createHash('sha256').update(bytes).digest();
}
