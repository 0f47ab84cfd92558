import type * as z from 'zod';
import type { ServerState } from './server-state.js';

/** One route; /openapi.json and the server are both made of these. */
export interface Route {
  readonly method: 'GET' | 'POST';
  /** With `{name}` for a model's name. */
  readonly path: string;
  readonly summary: string;
  /** Of a JSON answer; absent for text, whose type `textType` then gives. */
  readonly schema?: z.ZodType | undefined;
  readonly textType?: string | undefined;
  readonly query?: z.ZodType | undefined;
  readonly takesBody?: boolean | undefined;
  /** Answered without a token, and while the server stops: it gives nothing away, and health checks have no token. */
  readonly isProbe?: boolean | undefined;
  readonly handle: (asked: Asked) => Promise<Response> | Response;
}

export interface Asked {
  readonly request: Request;
  /** Tells clients apart. */
  readonly client: string;
  readonly server: ServerState;
  /** The `{name}` of the path; empty where there is none. */
  readonly name: string;
}
