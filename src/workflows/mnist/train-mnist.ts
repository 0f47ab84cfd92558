import type { EngineName } from '../../engine/engine.js';
import { shippedPath } from '../../platform/shipped.js';
import type { TrainEvent } from '../../train/train-event.js';
import { type TrainResult, train } from '../train.js';

export interface MnistOptions {
  /** A folder with the four files, or `strokes`; MNIST, downloaded when needed, if absent. */
  readonly data?: string | undefined;
  /** Instead of the pipeline's. */
  readonly epochs?: number | undefined;
  readonly units?: number | undefined;
  readonly seed?: number | undefined;
  readonly engine?: 'auto' | EngineName | undefined;
  /** Where the model goes, as in train(). */
  readonly out?: string | undefined;
  readonly resume?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onEvent?: ((event: TrainEvent) => void) | undefined;
}

/**
 * Trains the pixel-row baseline: a digit's 28 rows are 28 timesteps of an LSTM. It is
 * `train` on pipelines/mnist-rows.yaml; see there for results and errors.
 */
export function trainMnist(options: MnistOptions = {}): Promise<TrainResult> {
  return train({
    ...shared(options),
    pipeline: shippedPath('pipeline', 'mnist-rows'),
    set: settingsOf(options),
  });
}

/** What is the same for every network that is trained on the digits. */
export function shared({ data, seed, engine, out, resume, signal, onEvent }: MnistOptions) {
  return {
    data,
    seed,
    engine,
    out,
    resume,
    signal,
    onEvent,
  };
}

function settingsOf({ epochs, units }: MnistOptions): Record<string, string> {
  const settings = { 'training.epochs': epochs, 'recurrent.units': units };
  const given = Object.entries(settings).filter(([, value]) => value !== undefined);
  return Object.fromEntries(given.map(([name, value]) => [name, String(value)]));
}
