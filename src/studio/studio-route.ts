import type { Studio } from './studio-parts.js';

/** One thing that the page asks for. */
export interface StudioRoute {
  readonly method: 'GET' | 'POST';
  /** With `:name` for what is looked up, as Hono has it. */
  readonly path: string;
  readonly handle: (asked: Asked) => Promise<Response> | Response;
}

export interface Asked {
  readonly request: Request;
  readonly studio: Studio;
  /** What stands in the path for `:name`. */
  readonly param: (name: string) => string;
}

/** The answer to what was done, and whose result is told to all pages. */
export const DONE = (): Response => Response.json({});
