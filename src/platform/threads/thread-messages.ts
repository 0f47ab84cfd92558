import type { ErrorCode } from '../../errors.js';

/**
 * What a thread answers: by the name of a call, what it is given and what comes of it. Both are copied from thread to thread
 * as structuredClone does it, but for memory that is shared or moved.
 */
export type Calls = Readonly<Record<string, { readonly given: unknown; readonly result: unknown }>>;

/** The last message to a thread: it ends as soon as what it computes just then is done. */
export const END = 'end';

export interface CallMessage {
  /** Comes back with the reply. */
  readonly number: number;
  readonly name: string;
  readonly given: unknown;
}

export type ReplyMessage =
  | { readonly number: number; readonly result: unknown }
  | { readonly number: number; readonly error: PassedError };

/** An error's class does not survive the way between threads: of a UserError, these are the parts. The code of another is the system's. */
export type PassedError =
  | { readonly problem: string; readonly systemCode: string | undefined }
  | { readonly code: ErrorCode; readonly problem: string; readonly fix: string };
