import type { Admission } from './admission.js';
import type { Limits } from './serve-options.js';
import type { ServedModels } from './served-models.js';
import type { Metrics } from './server-metrics.js';

/** What all requests share. */
export interface ServerState {
  readonly models: ServedModels;
  readonly admission: Admission;
  readonly metrics: Metrics;
  readonly limits: Limits;
  /** Bodies are stored in it. */
  readonly folder: string;
  /** Ends all requests. */
  readonly stop: AbortController;
  /** New requests are refused. */
  isStopping: boolean;
}
