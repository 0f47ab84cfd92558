import { Hono } from 'hono';
import { type AccessCheck, accessCheck } from '../serve/check-access.js';
import { Refusal, refusalOf, refused } from '../serve/refusal.js';
import { SECURITY_HEADERS } from '../serve/security-headers.js';
import type { Access } from '../serve/serve-options.js';
import { CLIP_ROUTES } from './clip-routes.js';
import { PAGE_PATHS, pageFile } from './page-files.js';
import { RUN_ROUTES } from './run-routes.js';
import type { Studio } from './studio-parts.js';

/** A handler of the page's requests: who may ask, the page, the routes, and an answer to whatever goes wrong. */
export function answerStudio(
  studio: Studio,
  { access, onError }: { access: Access; onError: (error: unknown) => void },
): (request: Request) => Promise<Response> {
  const check = accessCheck(access);
  const app = new Hono();
  app.use(async ({ req }, next) => {
    check.requireSite(req.raw);
    await next();
  });
  addPage(app, check);
  for (const { method, path, handle } of [...CLIP_ROUTES, ...RUN_ROUTES]) {
    app.on(method, path, ({ req }) => {
      check.requireProof(req.raw);
      return handle({ request: req.raw, studio, param: (name) => req.param(name) ?? '' });
    });
  }
  app.notFound(({ req }) => refused(noRoute(req.path)));
  app.onError((error) => refused(refusalOf(error) ?? defect(error, onError)));
  return async (request) => secured(await app.fetch(request));
}

function addPage(app: Hono, check: AccessCheck): void {
  app.get('/', ({ req, html }) => {
    const cookie = check.redeem(req.query('token') ?? '');
    // So that the token is in no history and no Referer.
    if (cookie !== undefined)
      return new Response(null, { status: 303, headers: { Location: '/', 'Set-Cookie': cookie } });
    try {
      check.requireProof(req.raw);
    } catch {
      return html(CLOSED_PAGE, 401);
    }
    return pageFile('/');
  });
  for (const path of PAGE_PATHS) {
    app.get(path, ({ req }) => {
      check.requireProof(req.raw);
      return pageFile(path);
    });
  }
}

/** For a person whose browser the studio does not know, or does not know any more. */
const CLOSED_PAGE = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark">
<title>Clipstep Studio</title>
<h1>This studio is open in another browser</h1>
<p>The address that it printed works once. End it with Ctrl-C, start it again, and open the new address here.</p>
</html>
`;

/** Answers that set a header themselves keep it. */
function secured(response: Response): Response {
  const headers = new Headers(response.headers);
  for (const [name, value] of Object.entries(SECURITY_HEADERS)) {
    if (!headers.has(name)) headers.set(name, value);
  }
  headers.set('Permissions-Policy', 'camera=(self), microphone=(), geolocation=()');
  const { body, status } = response;
  return new Response(body, { status, headers });
}

function noRoute(path: string): Refusal {
  return new Refusal({
    status: 404,
    code: 'not_found',
    problem: `There is no ${path} here.`,
    fix: 'Open the address that the studio printed.',
  });
}

/** What went wrong is for whoever runs the studio, who is told where it runs. */
function defect(error: unknown, onError: (error: unknown) => void): Refusal {
  onError(error);
  return new Refusal({
    status: 500,
    code: 'defect',
    problem: 'Something went wrong that is a defect of Clipstep.',
    fix: 'The terminal in which the studio runs says more: please report that.',
  });
}
