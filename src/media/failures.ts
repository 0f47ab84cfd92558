import { messageOf, UserError } from '../errors.js';
import type { TimeBudget } from '../platform/child-process/time-budget.js';
import { MEMORY_FIX } from '../platform/lack-of-memory.js';
import { ffmpegCommand } from './ffmpeg/advice-command.js';
import type { ToolExit } from './ffmpeg/ffmpeg.js';
import { MAX_PIXELS } from './ffmpeg/safety.js';

/**
 * The typed outcome of a program that was ended before it could finish: by us, by abort or time, or by
 * somebody else. Null when it ended by itself.
 */
export function interruption(path: string, exit: ToolExit, timeBudget: TimeBudget): UserError | null {
  switch (exit.kind) {
    case 'exited':
      return null;
    case 'aborted':
      return abortedFailure(path);
    case 'timeout':
      return timeoutFailure(path, timeBudget);
    case 'signalled':
      if (CRASHES.has(exit.signalName)) {
        return new UserError('corrupt', {
          problem: `${path} made ffmpeg crash (${exit.signalName}).`,
          fix: 'Use a newer ffmpeg (CLIPSTEP_FFMPEG and CLIPSTEP_FFPROBE name the ones to use), or leave the file out.',
        });
      }
      return new UserError('killed', {
        problem: `ffmpeg was ended by ${exit.signalName} from outside while it read ${path}.`,
        fix: 'Often the system does so when memory runs out: free some, or read fewer clips at once.',
      });
  }
}

/** Signals that a program gives itself by a defect. */
const CRASHES: ReadonlySet<string> = new Set(['SIGSEGV', 'SIGABRT', 'SIGBUS', 'SIGFPE', 'SIGILL', 'SIGTRAP']);

export function abortedFailure(path: string): UserError {
  return new UserError('aborted', {
    problem: `Reading ${path} was stopped.`,
    fix: 'Start again to read it from its beginning.',
  });
}

export function timeoutFailure(path: string, timeBudget: TimeBudget): UserError {
  return new UserError('timeout', {
    problem: `${path} was not read within ${timeBudget.totalSeconds} s.`,
    fix: 'Give it more time, cut the clip shorter, or convert it to a smaller size first.',
  });
}

/** Nothing is known of a file that there was not enough memory for. */
export function memoryFailure(path: string, cause: unknown): UserError {
  return new UserError('killed', {
    problem: `There was not enough memory to read ${path}: ${messageOf(cause).split('\n')[0]}.`,
    fix: MEMORY_FIX,
    cause,
  });
}

/** The size that ffmpeg names when -max_pixels stops it; the picture's size is then unknown to it, or the file refused. */
export function oversized(errorLines: readonly string[]): string | undefined {
  return errorLines.flatMap((line) => /Picture size (\d+x\d+) exceeds/.exec(line)?.[1] ?? []).at(0);
}

export function tooLargeFailure(path: string, found: string): UserError {
  return new UserError('too_large', {
    problem: `${path} has frames of more than ${MAX_PIXELS / 1e6} megapixels: ${found}.`,
    fix: `Scale it down first, for example: ${ffmpegCommand({ path, options: '-vf scale=1920:-2', suffix: '-small' })}`,
  });
}

/** What the program said: `ffmpeg says: "first; second"`, or that it said nothing. */
export function quote(errorLines: readonly string[]): string {
  const words = [...new Set(errorLines.map(cleanLine))].filter((line) => line !== '');
  if (words.length === 0) return 'ffmpeg gives no reason';
  // The first lines give the cause, the last one how it ended.
  const chosen = words.length > QUOTED_LINES ? [...words.slice(0, QUOTED_LINES - 1), words.at(-1)!] : words;
  return `ffmpeg says: "${chosen.join('; ')}"`;
}

const QUOTED_LINES = 4;

/** Without addresses in memory and levels, which say nothing to a person, the file's own path, and lists of what is allowed. */
function cleanLine(line: string): string {
  return line
    .replace(/ @ 0x[0-9a-f]+\]/g, ']')
    .replace(/\[(?:NULL|error|fatal|panic|warning|info)\] ?/g, '')
    .replace(/^(?:file:.*|pipe:0): (?=[A-Z]|corrupt)/, '')
    .replace(/ '[^']*'$/, '')
    .trim();
}
