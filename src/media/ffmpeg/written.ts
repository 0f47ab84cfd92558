import { UserError } from '../../errors.js';
import type { ToolExit } from './ffmpeg.js';

/** @throws UserError `aborted`; `unreadable` with ffmpeg's words where it could not write the file. */
export function assertWritten(path: string, exit: ToolExit): void {
  if (exit.kind === 'exited' && exit.exitCode === 0) return;
  if (exit.kind === 'aborted') {
    throw new UserError('aborted', {
      problem: `Writing ${path} was stopped before its end.`,
      fix: 'Nothing was kept; start again.',
    });
  }
  throw new UserError('unreadable', {
    problem: `ffmpeg could not write ${path}: ${exit.errorLines.join('; ') || exit.kind}.`,
    fix: 'See that the folder exists, is writable and has room, and that ffmpeg has this encoder (ffmpeg -encoders).',
  });
}
