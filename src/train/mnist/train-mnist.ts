import type { EngineName } from '../../engine/engine.js';
import { shippedPipeline } from '../../platform/package-files.js';
import type { TrainEvent } from '../events.js';
import { type TrainResult, train } from '../train.js';

export interface MnistOptions {
  /** A folder with the four files, or `strokes`; MNIST, downloaded when needed, if absent. */
  readonly data?: string;
  /** Instead of the pipeline's. */
  readonly epochs?: number;
  readonly units?: number;
  readonly seed?: number;
  readonly engine?: 'auto' | EngineName;
  /** Where the model goes, as in train(). */
  readonly out?: string;
  readonly resume?: boolean;
  readonly signal?: AbortSignal;
  readonly onEvent?: (event: TrainEvent) => void;
}

/**
 * Trains the pixel-row baseline: a digit's 28 rows are 28 timesteps of an LSTM. It is
 * `train` on pipelines/mnist-rows.yaml; see there for results and errors.
 */
export function trainMnist(options: MnistOptions = {}): Promise<TrainResult> {
  return train({ ...shared(options), pipeline: shippedPipeline('mnist-rows'), set: settingsOf(options) });
}

/** What is the same for every network that is trained on the digits. */
export function shared({ data, seed, engine, out, resume, signal, onEvent }: MnistOptions) {
  return {
    ...(data !== undefined && { data }),
    ...(seed !== undefined && { seed }),
    ...(engine !== undefined && { engine }),
    ...(out !== undefined && { out }),
    ...(resume !== undefined && { resume }),
    ...(signal && { signal }),
    ...(onEvent && { onEvent }),
  };
}

function settingsOf({ epochs, units }: MnistOptions): Record<string, string> {
  return {
    ...(epochs !== undefined && { 'training.epochs': String(epochs) }),
    ...(units !== undefined && { 'recurrent.units': String(units) }),
  };
}
