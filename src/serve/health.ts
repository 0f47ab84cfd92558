import type * as z from 'zod';
import type { liveSchema, readySchema } from './schemas.js';

/** Where the Open Inference Protocol (KServe v2) has health checks. */
export const LIVE_PATH = '/v2/health/live';
export const READY_PATH = '/v2/health/ready';

/** The process listens, whether or not it takes requests: whoever is told otherwise starts it again. */
export const live = (): Response => Response.json({ live: true } satisfies z.infer<typeof liveSchema>);

export const ready = (isReady: boolean): Response =>
  Response.json({ ready: isReady } satisfies z.infer<typeof readySchema>, { status: isReady ? 200 : 503 });
