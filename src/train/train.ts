import { saveBundle } from '../bundle/bundle.js';
import { packMembers } from '../bundle/members.js';
import { isGenerated } from '../datasets/open-data.js';
import type { EngineName } from '../engine/engine.js';
import { findLeaks, type Leak } from '../evaluate/leaks.js';
import type { Adjustments } from '../pipeline/adjust-pipeline.js';
import type { Pipeline } from '../pipeline/schema.js';
import { parameterCount } from '../tensors/tensor.js';
import { type EpochRecord, removeCheckpoint } from './checkpoint.js';
import { checkpointPath, type PreparedTraining, prepareTraining } from './prepare.js';
import { runStages } from './run-stages.js';
import { type Scores, scoreTraining } from './score.js';
import { openTensorboard } from './tensorboard.js';
import type { TrainEvent } from './train-event.js';
import { trainedBundle } from './trained-bundle.js';

export interface TrainOptions extends Adjustments {
  /** Folder of classes, or manifest; what the pipeline names when absent. */
  readonly data?: string | undefined;
  /** Where the model goes; `runs/<name of the pipeline>` when absent. Nothing may stand there. */
  readonly out?: string | undefined;
  readonly engine?: 'auto' | EngineName | undefined;
  /**
   * Share of answers in (0, 1] that are to be right: those too unsure for it, as the validation part has it,
   * become `unknown`. All answers stand when absent.
   */
  readonly targetPrecision?: number | undefined;
  /** Go on from the checkpoint that an earlier call left. */
  readonly resume?: boolean | undefined;
  /** Folder for event files of TensorBoard; none are written when absent. */
  readonly tensorboard?: string | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onEvent?: ((event: TrainEvent) => void) | undefined;
}

export interface TrainResult extends Scores {
  /** Folder of the trained model. */
  readonly folder: string;
  /** As it was adjusted. */
  readonly pipeline: Pipeline;
  /** What it was trained on, for people. */
  readonly datasetName: string;
  readonly parameterCount: number;
  readonly labels: readonly string[];
  /** What is the same, or nearly, in two parts of the split. */
  readonly leaks: readonly Leak[];
  /** Every epoch of every stage. */
  readonly history: readonly EpochRecord[];
  /** Clips that were left out, and why. */
  readonly skipped: ReadonlyArray<{ readonly path: string; readonly problem: string }>;
}

/**
 * Trains the network of a pipeline on a dataset and writes the model's folder: model.json,
 * weights.safetensors, README.md (the model card), metrics.json, report.html (a page of it), predictions.csv (of the
 * test part) and validation-predictions.csv (of the validation part, by which its choices were made).
 *
 * The training part trains, the validation part calibrates and, unless the last one is kept, chooses the epoch; the test part is scored
 * once, at the end. The same pipeline, data, seed and engine give the same model, whether or not the training was
 * interrupted and resumed on the way.
 *
 * @throws UserError for a pipeline, dataset, engine or checkpoint that does not fit; `aborted` when
 *   interrupted, after keeping a checkpoint; `diverged` when the loss is no longer finite.
 */
export async function train(options: TrainOptions): Promise<TrainResult> {
  const skipped: Array<{ path: string; problem: string }> = [];
  const board = options.tensorboard === undefined ? null : openTensorboard(options.tensorboard);
  const onEvent = (event: TrainEvent) => {
    if (event.kind === 'skipped') skipped.push({ path: event.path, problem: event.problem });
    board?.(event);
    options.onEvent?.(event);
  };
  const prepared = await prepareTraining({ ...options, onEvent });
  const leaks = await checkLeaks(prepared);
  const { members, history } = await runStages(prepared);
  const scores = await scoreTraining(prepared, members);
  const result: TrainResult = {
    folder: prepared.folder,
    pipeline: prepared.run.pipeline,
    datasetName: prepared.datasetName,
    parameterCount: parameterCount(packMembers(members)),
    labels: prepared.run.labels,
    ...scores,
    leaks,
    history,
    skipped,
  };
  await saveBundle(prepared.folder, await trainedBundle({ prepared, members, result }));
  await removeCheckpoint(checkpointPath(prepared.folder));
  return result;
}

async function checkLeaks({ options, split, run }: PreparedTraining): Promise<Leak[]> {
  const { pipeline, onEvent } = run;
  if (isGenerated(pipeline, options.data)) return [];
  const leaks = await findLeaks(split, {
    ...run,
    onClip: (done, total) => onEvent({ kind: 'reading', what: 'leaks', done, total }),
  });
  if (leaks.length > 0) onEvent({ kind: 'leaks', leaks });
  return leaks;
}
