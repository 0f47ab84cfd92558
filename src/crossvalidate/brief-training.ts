import { dirname, resolve } from 'node:path';
import type { Pipeline } from '../pipeline/schema.js';
import { type OpenedTraining, openTraining } from '../train/open-training.js';
import type { TrainEvent } from '../train/train-event.js';
import type { CrossvalidateOptions } from './crossvalidate-options.js';

/**
 * Opens a training of which only what it says of its test part is wanted, one of many: it leaves no model and no
 * checkpoint. An interrupted one is trained again; what is kept are results.
 *
 * @throws UserError as openTraining.
 */
export function openBriefTraining(
  pipeline: Pipeline,
  options: CrossvalidateOptions,
): Promise<OpenedTraining> {
  const { data, engine, signal } = options;
  return openTraining({
    pipeline,
    pipelineFolder: dirname(resolve(options.pipeline)),
    data,
    engine,
    signal,
    onEvent: (event) => PROGRESS.has(event.kind) && options.onEvent?.(event),
    checkpoints: null,
  });
}

/** The fold's own training says the rest. */
const PROGRESS: ReadonlySet<TrainEvent['kind']> = new Set(['reading', 'downloading', 'step']);
