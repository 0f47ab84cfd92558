import type { ZodError } from 'zod';

/**
 * What can go wrong by a person's or a file's fault. The first group are the typed outcomes of reading
 * media; the second belongs to datasets, models and settings.
 */
export type ErrorCode =
  | 'empty'
  | 'not_media'
  | 'no_video'
  | 'corrupt'
  | 'partial'
  | 'no_frames'
  | 'too_large'
  | 'timeout'
  | 'killed'
  | 'refused'
  | 'aborted'
  | 'not_found'
  | 'unreadable'
  | 'usage'
  | 'bad_config'
  | 'bad_dataset'
  | 'bad_bundle'
  | 'bad_weights'
  | 'download_failed'
  | 'engine_unavailable'
  | 'queue_unavailable'
  | 'missing_tool'
  | 'diverged'
  | 'locked'
  | 'settings_differ'
  | 'cannot_write'
  | 'defect';

/**
 * A failure that the person at the keyboard can fix. `problem` names the thing, what was found and what
 * was expected; `fix` says what to do. Everything else that is thrown is a defect of Clipstep itself.
 */
export class UserError extends Error {
  override readonly name = 'UserError';
  readonly code: ErrorCode;
  readonly problem: string;
  readonly fix: string;

  constructor(code: ErrorCode, options: { problem: string; fix: string; cause?: unknown }) {
    super(`${options.problem}\n${options.fix}`, { cause: options.cause });
    this.code = code;
    this.problem = options.problem;
    this.fix = options.fix;
  }
}

/** The words of anything that was thrown, for a sentence of our own. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}

/** One line for each thing that zod found, `  path: what is wrong`. */
export function listIssues(error: ZodError): string {
  return error.issues.map((issue) => `  ${issue.path.join('.') || '(top)'}: ${issue.message}`).join('\n');
}
