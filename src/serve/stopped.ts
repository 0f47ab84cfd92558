import { RETRY_SECONDS, Refusal } from './refusal.js';

/** The answer to a request that comes, or is still running, when the server stops. */
export function stopped(): Refusal {
  return new Refusal({
    status: 503,
    code: 'stopping',
    problem: 'The server is shutting down.',
    fix: 'Send the request again when it is back.',
    headers: { 'Retry-After': String(RETRY_SECONDS), Connection: 'close' },
  });
}
