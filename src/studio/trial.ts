import { basename } from 'node:path';
import { type ClipServer, createServer } from '../serve/create-server.js';
import type { Limits } from '../serve/serve-options.js';
import { withoutToolWords } from './clip-problem.js';
import type { ErrorAnswer } from './messages.js';

/** Classifies with the model that was asked for last, which stays loaded. */
export interface Trial {
  /**
   * @param model its folder.
   * @param request whose body is a clip; its query is that of the server's own route.
   * @throws UserError as createServer.
   */
  classify(model: string, request: Request): Promise<Response>;
  close(): Promise<void>;
}

/** One server as `clipstep serve` runs it, mounted in the studio, which has checked who asks. */
export function openTrial(options: { temporaryFolder: string; limits: Partial<Limits> }): Trial {
  let opened: { model: string; server: Promise<ClipServer> } | null = null;
  const close = async () => {
    const before = opened;
    opened = null;
    await before?.server.then(
      (server) => server.close({ graceSeconds: LAST_SECONDS }),
      () => {},
    );
  };
  const open = (model: string) => {
    const server = createServer({
      models: [model],
      access: { hosts: new Set([HOST]), proof: { kind: 'open' } },
      // A page has no flag to ask for it; how many frames were damaged is in the answer.
      allowDamaged: true,
      ...options,
    });
    opened = { model, server };
    // It may be loaded another time.
    server.catch(() => {
      if (opened?.server === server) opened = null;
    });
    return server;
  };
  return {
    classify: async (model, request) => {
      if (opened && opened.model !== model) await close();
      const server = await (opened?.server ?? open(model));
      const { search } = new URL(request.url);
      const url = `http://${HOST}/v1/models/${encodeURIComponent(basename(model))}/classify${search}`;
      const { body, signal } = request;
      const answer = await server.fetch(new Request(url, { method: 'POST', body, signal, duplex: 'half' }));
      return answer.ok ? answer : onPage(answer);
    },
    close,
  };
}

/** A refusal, all of which are JSON, in words for a page. */
async function onPage(answer: Response): Promise<Response> {
  const said = (await answer.json()) as ErrorAnswer;
  const message = withoutToolWords(said.error.message);
  return Response.json({ ...said, error: { ...said.error, message } }, { status: answer.status });
}

/** Nobody listens there: it is what the two sides of a call within this process agree on. */
const HOST = 'studio.invalid';

/** For answers under way when another model is asked for. */
const LAST_SECONDS = 5;
