import { type Context, Hono } from 'hono';
import { UserError } from '../errors.js';
import { type AccessCheck, accessCheck } from './check-access.js';
import { refusalWords } from './client-words.js';
import { frontPage } from './front-page.js';
import { Refusal, refusalOf, refused } from './refusal.js';
import type { Route } from './route.js';
import { ROUTES } from './routes.js';
import { SECURITY_HEADERS } from './security-headers.js';
import type { ServeEvent, ServerOptions } from './serve-options.js';
import type { ServerState } from './server-state.js';
import { stopped } from './stopped.js';

type Env = { Bindings: { client?: string | undefined }; Variables: { route: string } };

/** A request handler: access, routes, and an answer to whatever goes wrong. */
export function answerRequests(
  server: ServerState,
  { access, onEvent }: Pick<ServerOptions, 'access' | 'onEvent'>,
): (request: Request, from?: { client?: string | undefined }) => Promise<Response> {
  const check = accessCheck(access);
  const app = new Hono<Env>();
  app.use(async (context, next) => {
    const started = performance.now();
    context.set('route', 'none');
    await next();
    const { method } = context.req;
    const seconds = (performance.now() - started) / 1000;
    server.metrics.answered({ method, route: context.get('route'), status: context.res.status, seconds });
    for (const [name, value] of Object.entries(SECURITY_HEADERS)) context.res.headers.set(name, value);
    addCorsHeaders(context, check);
  });
  app.use(async ({ req }, next) => {
    check.requireSite(req.raw);
    await next();
  });
  addFrontPage(app, { server, check });
  for (const route of ROUTES) addRoute(app, { route, server, check });
  for (const path of new Set(ROUTES.map((route) => route.path))) addOtherMethods(app, path, check);
  app.notFound(({ req }) => refused(noRoute(req.path)));
  app.onError((error) => {
    const told = error instanceof UserError ? refusalWords(error) : error;
    return refused(refusalOf(told) ?? defect(error, onEvent));
  });
  return async (request, from = {}) => app.fetch(request, from);
}

const honoPath = (path: string): string => path.replaceAll(/\{(\w+)\}/g, ':$1');

function addRoute(
  app: Hono<Env>,
  { route, server, check }: { route: Route; server: ServerState; check: AccessCheck },
): void {
  app.on(route.method, honoPath(route.path), async (context) => {
    context.set('route', route.path);
    const request = context.req.raw;
    if (!route.isProbe) {
      check.requireProof(request);
      if (server.isStopping) throw stopped();
    }
    const client = context.env.client ?? 'unknown';
    return route.handle({ request, client, server, name: context.req.param('name') ?? '' });
  });
}

/** A browser sends OPTIONS before it lets a page of another site send a clip. */
function addOtherMethods(app: Hono<Env>, path: string, check: AccessCheck): void {
  const methods = ROUTES.filter((route) => route.path === path).map(({ method }) => method);
  app.all(honoPath(path), (context) => {
    context.set('route', path);
    const isAllowed = context.req.method === 'OPTIONS' && check.corsOrigin(context.req.raw) !== undefined;
    if (!isAllowed) throw otherMethod(methods);
    const headers = {
      'Access-Control-Allow-Methods': methods.join(', '),
      'Access-Control-Allow-Headers': 'Authorization, Content-Type',
    };
    return new Response(null, { status: 204, headers });
  });
}

function addFrontPage(app: Hono<Env>, { server, check }: { server: ServerState; check: AccessCheck }): void {
  app.get('/', (context) => {
    context.set('route', '/');
    const cookie = check.redeem(context.req.query('token') ?? '');
    // Keeps the token out of the browser's history and of Referer headers.
    if (cookie !== undefined)
      return new Response(null, { status: 303, headers: { Location: '/', 'Set-Cookie': cookie } });
    check.requireProof(context.req.raw);
    return context.html(frontPage(server.models.names));
  });
}

function addCorsHeaders({ req, res }: Context<Env>, check: AccessCheck): void {
  const origin = check.corsOrigin(req.raw);
  if (origin === undefined) return;
  res.headers.set('Access-Control-Allow-Origin', origin);
  res.headers.append('Vary', 'Origin');
}

function noRoute(path: string): Refusal {
  return new Refusal({
    status: 404,
    code: 'not_found',
    problem: `There is no ${path} here.`,
    fix: 'GET /openapi.json lists all routes.',
  });
}

function otherMethod(methods: readonly string[]): Refusal {
  const allowed = methods.join(', ');
  return new Refusal({
    status: 405,
    code: 'method_not_allowed',
    problem: `Only ${allowed} works here.`,
    fix: 'GET /openapi.json lists all routes.',
    headers: { Allow: allowed },
  });
}

/** Details are for whoever runs the server, not for the client. */
function defect(error: unknown, onEvent: ((event: ServeEvent) => void) | undefined): Refusal {
  onEvent?.({ kind: 'defect', error });
  return new Refusal({
    status: 500,
    code: 'defect',
    problem: 'The request ran into a bug in Clipstep.',
    fix: "The server's stderr says more: please report it.",
  });
}
