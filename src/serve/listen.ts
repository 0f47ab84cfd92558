import { createServer as createHttpServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createAdaptorServer, type HttpBindings } from '@hono/node-server';
import { messageOf, UserError } from '../errors.js';
import type { ClipServer } from './create-server.js';
import { RETRY_SECONDS, Refusal, refused } from './refusal.js';

export interface ListenOptions {
  readonly host: string;
  /** 0 for any that is free. */
  readonly port: number;
  /** Connections at once; further ones are closed. */
  readonly connections?: number | undefined;
  /** Longest time that a request's headers may take. */
  readonly headerSeconds?: number | undefined;
}

/** A server that listens, until `close`. */
export interface Listening {
  readonly port: number;
  /** Listens no longer; requests under way have so many seconds. */
  close(options?: { graceSeconds?: number | undefined }): Promise<void>;
}

/**
 * A port with nobody behind it yet: who may ask depends on its number.
 *
 * @throws UserError `usage` where it cannot be had.
 */
export async function listen(
  { host, port, connections = 256, headerSeconds = 10 }: ListenOptions,
  open: (port: number) => Promise<ClipServer>,
): Promise<Listening> {
  let clips: ClipServer | undefined;
  const http = createAdaptorServer({
    createServer: createHttpServer,
    // What others run in this process keeps its own Request and Response.
    overrideGlobalObjects: false,
    serverOptions: {
      headersTimeout: headerSeconds * 1000,
      // Bodies have a rate to keep up instead: a fixed time cuts large clips on slow lines.
      requestTimeout: 0,
      keepAliveTimeout: 5000,
      connectionsCheckingInterval: 1000,
    },
    fetch: (request, env) => {
      // An HTTP/1 server is what it was created with.
      const { remoteAddress } = (env as HttpBindings).incoming.socket;
      return clips?.fetch(request, { client: remoteAddress }) ?? refused(starting());
    },
  }) as Server;
  http.maxConnections = connections;
  const answers = watchAnswers(http);
  await bind(http, { host, port });
  const bound = (http.address() as AddressInfo).port;
  try {
    clips = await open(bound);
  } catch (error) {
    http.close();
    throw error;
  }
  const opened = clips;
  return { port: bound, close: (options) => closeAll({ http, answers, clips: opened }, options) };
}

async function closeAll(
  { http, answers, clips }: { http: Server; answers: Answers; clips: ClipServer },
  options: { graceSeconds?: number | undefined } | undefined,
): Promise<void> {
  const closed = new Promise((resolve) => http.close(resolve));
  await clips.close(options);
  // What was answered is not yet written; whoever does not read it is not waited for.
  const timer = setTimeout(() => http.closeAllConnections(), LAST_ANSWERS_MILLISECONDS);
  await answers.whenWritten();
  http.closeAllConnections();
  await closed;
  clearTimeout(timer);
}

/** For the last answers to be written. */
const LAST_ANSWERS_MILLISECONDS = 5000;

interface Answers {
  /** Resolves when no answer is under way. */
  whenWritten(): Promise<void>;
}

function watchAnswers(http: Server): Answers {
  let waiting: Array<() => void> = [];
  let count = 0;
  http.on('request', (_, response: ServerResponse) => {
    count += 1;
    response.once('close', () => {
      count -= 1;
      if (count > 0) return;
      for (const resolve of waiting) resolve();
      waiting = [];
    });
  });
  return {
    whenWritten: () => (count === 0 ? Promise.resolve() : new Promise((resolve) => waiting.push(resolve))),
  };
}

/** What a request is told that comes while models are loaded. */
function starting(): Refusal {
  return new Refusal({
    status: 503,
    code: 'starting',
    problem: 'The server is loading its models.',
    fix: 'Send the request again in a moment.',
    headers: { 'Retry-After': String(RETRY_SECONDS) },
  });
}

function bind(http: Server, { host, port }: { host: string; port: number }): Promise<void> {
  return new Promise((resolve, reject) => {
    http.once('error', (cause: NodeJS.ErrnoException) => {
      const isTaken = cause.code === 'EADDRINUSE';
      const reason = isTaken ? 'another program listens there' : messageOf(cause);
      reject(
        new UserError('usage', {
          problem: `The server cannot listen on port ${port} of ${host}: ${reason}.`,
          fix: isTaken ? 'Give another --port; 0 takes any that is free.' : 'Give another --host or --port.',
          cause,
        }),
      );
    });
    http.listen(port, host, resolve);
  });
}
