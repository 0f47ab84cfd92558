import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { messageOf, UserError } from '../../errors.js';
import { digestOfFrames } from '../../inputs/feature-cache.js';
import type { LocatedClip } from '../../media/locate.js';
import { NoRegularFile } from '../../platform/regular-file.js';
import type { BatchClip } from './batch-clip.js';

/** What a clip's bytes are. */
export interface Content {
  readonly size: number;
  /** Of the file, or of a text; of a folder of frames, as digestOfFrames. */
  readonly sha256: string;
}

/** Tells what a clip's bytes are. @throws UserError `unreadable`, `aborted`, `timeout`. */
export type ReadContent = (clip: Found) => Promise<Content>;

/** Files of which parts come that are known at once: parts of one mostly follow each other. */
const MOST_SHARED = 1000;

interface Found {
  readonly clip: BatchClip;
  readonly located: LocatedClip;
}

/**
 * Reads clips' files from end to end. Of clips that are parts of one file, such as the scenes of a film, that is
 * read once.
 *
 * @param options.timeoutSeconds longest time that one clip's files may take.
 */
export function contentReader(options: { timeoutSeconds: number; signal: AbortSignal }): ReadContent {
  const shared = new Map<string, Promise<Content>>();
  return (found) => {
    const { path, startSeconds, endSeconds } = found.clip;
    if (startSeconds === undefined && endSeconds === undefined) return readFiles(found, options);
    const content = shared.get(path) ?? readFiles(found, options);
    shared.set(path, content);
    for (const [oldest] of shared) {
      if (shared.size <= MOST_SHARED) break;
      shared.delete(oldest);
    }
    content.catch(() => shared.delete(path));
    return content;
  };
}

/** What a text is, in UTF-8. */
export function contentOfText(text: string): Content {
  const bytes = Buffer.from(text);
  return { size: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') };
}

async function readFiles(
  found: Found,
  options: { timeoutSeconds: number; signal: AbortSignal },
): Promise<Content> {
  // Not AbortSignal.timeout, whose timers would pile up after thousands of clips that took no time.
  const deadline = new AbortController();
  const timer = setTimeout(() => deadline.abort(), options.timeoutSeconds * 1000);
  try {
    return await digestFiles(found, { ...options, deadline: deadline.signal });
  } finally {
    clearTimeout(timer);
  }
}

async function digestFiles(
  { clip, located }: Found,
  options: { timeoutSeconds: number; signal: AbortSignal; deadline: AbortSignal },
): Promise<Content> {
  const signal = AbortSignal.any([options.signal, options.deadline]);
  const paths = located.kind === 'video' ? [located.path] : located.paths;
  const files: Array<{ path: string; size: number; sha256: string }> = [];
  for (const path of paths) {
    const file = await unlessAborted(digestFile(path, signal), signal).catch((cause: unknown) => {
      throw failure(path, { cause, ...options });
    });
    files.push({ path, ...file });
  }
  const size = files.reduce((sum, file) => sum + file.size, 0);
  const [first] = files;
  return { size, sha256: first?.path === clip.path ? first.sha256 : digestOfFrames(files) };
}

/** Opened without waiting: a file may have been replaced by a pipe, which would wait for its writer. */
const OPEN_FLAGS = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);

/** Each chunk is a round trip through Node.js's thread pool; the digest of one takes a millisecond. */
const CHUNK_BYTES = 2 ** 20;

async function digestFile(path: string, signal: AbortSignal): Promise<Content> {
  const file = await open(path, OPEN_FLAGS);
  try {
    const status = await file.stat();
    if (!status.isFile()) throw new NoRegularFile();
    const hash = createHash('sha256');
    const chunk = Buffer.allocUnsafe(Math.min(CHUNK_BYTES, status.size + 1));
    for (let size = 0; ; ) {
      signal.throwIfAborted();
      const { bytesRead } = await file.read(chunk, 0, chunk.length);
      if (bytesRead === 0) return { size, sha256: hash.digest('hex') };
      hash.update(chunk.subarray(0, bytesRead));
      size += bytesRead;
    }
  } finally {
    await file.close();
  }
}

/** A read from a disk that does not answer cannot be stopped; it is left to itself. */
async function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  let onAbort = () => {};
  const aborted = new Promise<never>((_, reject) => {
    onAbort = () => reject(signal.reason);
    signal.addEventListener('abort', onAbort);
  });
  return Promise.race([work, aborted]).finally(() => signal.removeEventListener('abort', onAbort));
}

function failure(
  path: string,
  context: { cause: unknown; deadline: AbortSignal; signal: AbortSignal; timeoutSeconds: number },
): UserError {
  const { cause, deadline, signal, timeoutSeconds } = context;
  if (signal.aborted) {
    return new UserError('aborted', { problem: `Reading ${path} was stopped.`, fix: 'Start again.', cause });
  }
  if (deadline.aborted) {
    return new UserError('timeout', {
      problem: `${path} was not read within ${timeoutSeconds} s.`,
      fix: 'Give it more time, or see whether its disk answers.',
      cause,
    });
  }
  return new UserError('unreadable', {
    problem: `${path} cannot be read: ${messageOf(cause)}.`,
    fix: 'See whether it is still there and may be read.',
    cause,
  });
}
