import { type ErrorCode, UserError } from '../errors.js';
import { lackOf } from './lack.js';

/** Failures that are not one input's: an interruption, or something that is missing or full here. */
const FAILURES_OF_RUN: ReadonlySet<ErrorCode> = new Set([
  'aborted',
  'missing_tool',
  'engine_unavailable',
  'queue_unavailable',
  'cannot_write',
]);

/** Whether one input failed by its own fault, so that others may be fine. */
export function isFailureOfInput(thrown: unknown): thrown is UserError {
  return thrown instanceof UserError && !FAILURES_OF_RUN.has(thrown.code) && lackOf(thrown) === null;
}
