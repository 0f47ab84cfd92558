import { type ErrorCode, UserError } from '../errors.js';
import { lackOf } from '../platform/lack.js';

/** Why a request is refused, apart from what can be wrong with a clip. */
export type RefusalCode =
  | ErrorCode
  | 'bad_request'
  | 'busy'
  | 'forbidden'
  | 'method_not_allowed'
  | 'starting'
  | 'stopping'
  | 'too_many_requests'
  | 'too_slow'
  | 'unauthorized'
  | 'unsupported';

export interface RefusalOptions {
  readonly status: RefusalStatus;
  readonly code: RefusalCode;
  readonly problem: string;
  readonly fix: string;
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

export type RefusalStatus =
  | 400
  | 401
  | 403
  | 404
  | 405
  | 408
  | 409
  | 413
  | 415
  | 422
  | 429
  | 499
  | 500
  | 503
  | 507;

/** A request that is answered with the reason alone. */
export class Refusal extends Error {
  override readonly name = 'Refusal';

  constructor(readonly options: RefusalOptions) {
    super(`${options.problem}\n${options.fix}`);
  }
}

/** The answer to a refused request: the same fields as a failed clip's row. */
export function refused({ options }: Refusal): Response {
  const { status, code, problem, fix, headers } = options;
  return Response.json({ error: { code, message: problem, fix } }, { status, headers: headers ?? {} });
}

/** Seconds after which a refused client may try again. */
export const RETRY_SECONDS = 1;

/** What was thrown, as a refusal; undefined for a bug in Clipstep. */
export function refusalOf(thrown: unknown): Refusal | undefined {
  if (thrown instanceof Refusal) return thrown;
  const lack = lackOf(thrown);
  if (lack === 'handles' || lack === 'memory') return lacking(lack);
  if (!(thrown instanceof UserError)) return undefined;
  const { code, problem, fix } = thrown;
  return new Refusal({ status: statusOf(code), code, problem, fix });
}

/** Whatever it is said of, the body is not at fault. */
function lacking(lack: 'handles' | 'memory'): Refusal {
  return new Refusal({
    status: 503,
    code: 'busy',
    problem: `The server has too ${lack === 'handles' ? 'few file handles' : 'little memory'} left for the request.`,
    fix: 'Send it again later.',
    headers: { 'Retry-After': String(RETRY_SECONDS) },
  });
}

/** By error: whether the body is at fault, or something is missing on this machine. */
export function statusOf(code: ErrorCode): RefusalStatus {
  switch (code) {
    case 'usage':
      return 400;
    case 'cannot_write':
      return 507;
    case 'killed':
    case 'aborted':
      return 503;
    case 'missing_tool':
    case 'engine_unavailable':
    case 'defect':
      return 500;
    default:
      return 422;
  }
}
