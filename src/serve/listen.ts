import { createServer as createHttpServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createAdaptorServer, type HttpBindings } from '@hono/node-server';
import { messageOf, UserError } from '../errors.js';
import { answerStarting } from './answer-starting.js';
import type { ClipServer } from './create-server.js';
import type { Access } from './serve-options.js';

export interface ListenOptions {
  readonly host: string;
  /** 0 for any that is free. */
  readonly port: number;
  /** Most connections at once; further ones are closed. */
  readonly connections?: number | undefined;
  /** Longest time that a request's headers may take. */
  readonly headerSeconds?: number | undefined;
}

/** What answers requests. */
export type Answering = Pick<ClipServer, 'fetch' | 'close'>;

/** What is opened once its port is known. */
export interface Opening {
  /** Who may send requests to that port, from when it listens. */
  readonly access: (port: number) => Access;
  readonly open: (access: Access) => Promise<Answering>;
}

/** A server that listens, until `close`. */
export interface Listening {
  readonly port: number;
  /** Stops listening; running requests have so many seconds. */
  close(options?: { graceSeconds?: number | undefined }): Promise<void>;
}

/**
 * Binds the port first, since access depends on its number, and then opens the server. Meanwhile, health checks are
 * answered: the process is alive, and not ready.
 *
 * @throws UserError `usage` where it cannot be had.
 */
export async function listen(
  { host, port, connections = 256, headerSeconds = 10 }: ListenOptions,
  { access, open }: Opening,
): Promise<Listening> {
  let answering: Answering['fetch'];
  const http = createAdaptorServer({
    createServer: createHttpServer,
    // Other code in this process keeps its own Request and Response.
    overrideGlobalObjects: false,
    serverOptions: {
      headersTimeout: headerSeconds * 1000,
      // Bodies must keep up a rate instead: a fixed time would cut off large clips on slow connections.
      requestTimeout: 0,
      keepAliveTimeout: 5000,
      connectionsCheckingInterval: 1000,
    },
    fetch: (request, env) => {
      // An HTTP/1 server is what it was created with.
      const { remoteAddress } = (env as HttpBindings).incoming.socket;
      return answering(request, { client: remoteAddress });
    },
  }) as Server;
  http.maxConnections = connections;
  const answers = watchAnswers(http);
  await bind(http, { host, port });
  const bound = (http.address() as AddressInfo).port;
  try {
    const allowed = access(bound);
    answering = answerStarting(allowed);
    const clips = await open(allowed);
    answering = clips.fetch;
    return { port: bound, close: (options) => closeAll({ http, answers, clips }, options) };
  } catch (error) {
    http.close();
    throw error;
  }
}

async function closeAll(
  { http, answers, clips }: { http: Server; answers: Answers; clips: Answering },
  options: { graceSeconds?: number | undefined } | undefined,
): Promise<void> {
  const closed = new Promise((resolve) => http.close(resolve));
  await clips.close(options);
  // Answers may not be written yet; clients that do not read them are not waited for.
  const timer = setTimeout(() => http.closeAllConnections(), LAST_ANSWERS_MILLISECONDS);
  await answers.whenWritten();
  http.closeAllConnections();
  await closed;
  clearTimeout(timer);
}

/** For the last answers to be written. */
const LAST_ANSWERS_MILLISECONDS = 5000;

interface Answers {
  /** Resolves when no answer is being sent. */
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

const BIND_FAILURES: Readonly<Record<string, { readonly reason: string; readonly fix: string }>> = {
  EADDRINUSE: {
    reason: 'another program is listening there',
    fix: 'Give another --port; 0 takes any that is free.',
  },
  EACCES: {
    reason: 'this user may not listen there',
    fix: 'Give a --port of 1024 or above; 0 takes any that is free.',
  },
};

function bind(http: Server, { host, port }: { host: string; port: number }): Promise<void> {
  return new Promise((resolve, reject) => {
    http.once('error', (cause: NodeJS.ErrnoException) => {
      // Otherwise it is the host, which a command that has no --host knows to be right.
      const { reason, fix } = BIND_FAILURES[cause.code ?? ''] ?? {
        reason: messageOf(cause),
        fix: 'Give an address of this machine with --host.',
      };
      const problem = `The server cannot listen on port ${port} of ${host}: ${reason}.`;
      reject(new UserError('usage', { problem, fix, cause }));
    });
    http.listen(port, host, resolve);
  });
}
