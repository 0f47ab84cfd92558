import { RETRY_SECONDS, Refusal } from './refusal.js';

/** What a request is told that comes, or is still under way, when the server stops. */
export function stopped(): Refusal {
  return new Refusal({
    status: 503,
    code: 'stopping',
    problem: 'The server is stopping.',
    fix: 'Send the request again when it is back.',
    headers: { 'Retry-After': String(RETRY_SECONDS), Connection: 'close' },
  });
}
