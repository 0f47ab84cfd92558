import { createHash } from 'node:crypto';
import { constants, createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { basename } from 'node:path';
import { messageOf, UserError } from '../../errors.js';
import type { LocatedClip } from './classify-clip.js';

/** What a clip's bytes are. */
export interface Content {
  readonly size: number;
  /** Of the file; of a folder of frames, sha256 of the lines that `sha256sum` prints of them. */
  readonly sha256: string;
}

/** Tells what a clip's bytes are. @throws UserError `unreadable`, `aborted`, `timeout`. */
export type ReadContent = (clip: LocatedClip) => Promise<Content>;

/**
 * Reads clips' files from end to end. Of clips that are parts of one file, such as the scenes of a film, that is
 * read once.
 *
 * @param options.timeoutSeconds longest time that one clip's files may take.
 */
export function contentReader(options: { timeoutSeconds: number; signal: AbortSignal }): ReadContent {
  const shared = new Map<string, Promise<Content>>();
  return (located) => {
    const { path, startSeconds, endSeconds } = located.clip;
    if (startSeconds === undefined && endSeconds === undefined) return readFiles(located, options);
    const content = shared.get(path) ?? readFiles(located, options);
    shared.set(path, content);
    content.catch(() => shared.delete(path));
    return content;
  };
}

async function readFiles(
  { clip, location }: LocatedClip,
  options: { timeoutSeconds: number; signal: AbortSignal },
): Promise<Content> {
  const deadline = AbortSignal.timeout(options.timeoutSeconds * 1000);
  const signal = AbortSignal.any([options.signal, deadline]);
  const paths = location.kind === 'video' ? [location.path] : location.paths;
  const lines = createHash('sha256');
  let size = 0;
  let only = '';
  for (const path of paths) {
    const file = await digestFile(path, signal).catch((cause: unknown) => {
      throw failure(path, { cause, deadline, ...options });
    });
    size += file.size;
    only = file.sha256;
    lines.update(`${file.sha256}  ${basename(path)}\n`);
  }
  return { size, sha256: paths[0] === clip.path ? only : lines.digest('hex') };
}

/** Opened without waiting: a file may have been replaced by a pipe, which would wait for its writer. */
const OPEN_FLAGS = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);

/** Larger than Node.js's 64 KiB: each chunk is a round trip through its thread pool. */
const CHUNK_BYTES = 2 ** 20;

async function digestFile(path: string, signal: AbortSignal): Promise<Content> {
  const file = await open(path, OPEN_FLAGS);
  try {
    if (!(await file.stat()).isFile()) throw new Error('it is a pipe or a device');
    const hash = createHash('sha256');
    let size = 0;
    const stream = createReadStream(path, { fd: file, autoClose: false, highWaterMark: CHUNK_BYTES, signal });
    for await (const chunk of stream) {
      // Without an encoding, a stream gives buffers.
      hash.update(chunk as Buffer);
      size += (chunk as Buffer).length;
    }
    return { size, sha256: hash.digest('hex') };
  } finally {
    await file.close();
  }
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
