import { createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { messageOf, UserError } from '../errors.js';

/** What stands for stdin among inputs. */
export const STDIN = '-';

/**
 * Runs work on the clip that comes through stdin, in a temporary file that is removed with its folder: a clip is read
 * from several places, which a pipe cannot be.
 *
 * @param work is given the file's path.
 * @throws UserError `usage` where stdin is a terminal, `cannot_write`, `aborted`.
 */
export async function withSpooledStdin<T>(
  signal: AbortSignal,
  work: (path: string) => Promise<T>,
): Promise<T> {
  requireSent('clipstep classify - < clip.mp4');
  const folder = await mkdtemp(join(tmpdir(), 'clipstep-stdin-'));
  try {
    const path = join(folder, 'stdin');
    await pipeline(process.stdin, createWriteStream(path), { signal }).catch((cause: unknown) => {
      throw signal.aborted ? stopped(cause) : notSpooled(path, cause);
    });
    return await work(path);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** @param example of a command that sends something. @throws UserError `usage` where stdin is a terminal. */
export function requireSent(example: string): void {
  if (!process.stdin.isTTY) return;
  throw new UserError('usage', {
    problem: '- reads what comes through stdin, but that is a terminal.',
    fix: `Send it something, for example \`${example}\`, or give a path.`,
  });
}

function stopped(cause: unknown): UserError {
  return new UserError('aborted', {
    problem: 'Reading stdin was stopped.',
    fix: 'Give the command again.',
    cause,
  });
}

function notSpooled(path: string, cause: unknown): UserError {
  return new UserError('cannot_write', {
    problem: `The clip from stdin cannot be put at ${path}: ${messageOf(cause)}.`,
    fix: 'Make room there, or set TMPDIR to another folder.',
    cause,
  });
}
