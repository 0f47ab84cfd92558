import { parentPort, workerData } from 'node:worker_threads';
import type { Pipeline } from '../pipeline/schema.js';
import { measurePace } from '../train/pace.js';

/** What training-time.ts gives to this thread: networks compute in it, so that the studio answers meanwhile. */
export interface PaceStart {
  readonly pipeline: Pipeline;
  readonly clip: { readonly pixels: Uint8Array; readonly timesteps: number; readonly classes: number };
}

const { pipeline, clip } = workerData as PaceStart; // as training-time.ts gives it
// Of this thread, that is: the process goes on.
parentPort?.on('message', () => process.exit());
parentPort?.postMessage(await measurePace(pipeline, clip));
parentPort?.close();
