import { Hono } from 'hono';
import { accessCheck } from './check-access.js';
import { LIVE_PATH, live, READY_PATH, ready } from './health.js';
import { RETRY_SECONDS, Refusal, refusalOf, refused } from './refusal.js';
import { SECURITY_HEADERS } from './security-headers.js';
import type { Access } from './serve-options.js';

/** A request handler for the time in which models are being loaded: it answers health checks, and tells others to come again. */
export function answerStarting(access: Access): (request: Request) => Promise<Response> {
  const check = accessCheck(access);
  const app = new Hono();
  app.use(async ({ req }, next) => {
    check.requireSite(req.raw);
    await next();
  });
  app.get(LIVE_PATH, live);
  app.get(READY_PATH, () => ready(false));
  app.notFound(() => refused(starting()));
  app.onError((error) => refused(refusalOf(error) ?? starting()));
  return async (request) => {
    const response = await app.fetch(request);
    for (const [name, value] of Object.entries(SECURITY_HEADERS)) response.headers.set(name, value);
    return response;
  };
}

function starting(): Refusal {
  return new Refusal({
    status: 503,
    code: 'starting',
    problem: 'The server is still loading its models.',
    fix: 'Send the request again in a moment.',
    headers: { 'Retry-After': String(RETRY_SECONDS) },
  });
}
