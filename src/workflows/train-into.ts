import { join } from 'node:path';
import { type NewBundle, saveBundle } from '../bundle/bundle.js';
import { isModel, refuseOccupied } from '../bundle/model-folder.js';
import { UserError } from '../errors.js';
import { whileLocked } from '../platform/lock-output.js';
import { checkpointPath, removeCheckpoint, withCheckpoint } from '../train/checkpoint.js';
import { openTensorboard } from '../train/tensorboard.js';
import type { TrainEvent } from '../train/train-event.js';

/** Where a model goes, and how its training is followed, interrupted and continued. */
export interface OutputOptions {
  /** Where the model goes; `runs/<name of the pipeline>` when absent. Nothing may stand there. */
  readonly out?: string | undefined;
  /** Go on from the checkpoint that an earlier call left. */
  readonly resume?: boolean | undefined;
  /** Folder for event files of TensorBoard; none are written when absent. */
  readonly tensorboard?: string | undefined;
  readonly onEvent?: ((event: TrainEvent) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** What a training into a folder is given by trainInto. */
export interface TrainingHooks {
  /** Where checkpoints are kept, and whether to go on from the one there. */
  readonly checkpoints: { readonly path: string; readonly resume: boolean };
  readonly signal: AbortSignal;
  readonly onEvent: (event: TrainEvent) => void;
}

/**
 * Trains as a task does, into a folder that nobody else writes to meanwhile: an interrupted training leaves a
 * checkpoint there, a finished one the model.
 *
 * @param training.name of the pipeline.
 * @throws UserError as training.train and saveBundle; `usage` for a folder that is not empty, and to resume what is finished.
 */
export async function trainInto<Finished extends { readonly result: object }>(
  options: OutputOptions,
  training: {
    readonly name: string;
    readonly train: (hooks: TrainingHooks) => Promise<Finished>;
    readonly bundle: (finished: Finished) => Promise<NewBundle>;
  },
): Promise<Finished['result'] & { folder: string }> {
  const { tensorboard, out: folder = join('runs', training.name), resume = false } = options;
  const board = tensorboard === undefined ? null : await openTensorboard(tensorboard);
  if (resume && (await isModel(folder))) throw finishedAlready(folder);
  await refuseOccupied(folder);
  const path = checkpointPath(folder);
  const work = async (signal: AbortSignal) => {
    const finished = await training.train({
      checkpoints: { path, resume },
      signal,
      onEvent: (event) => {
        board?.(event);
        options.onEvent?.(event);
      },
    });
    await saveBundle(folder, await training.bundle(finished));
    await removeCheckpoint(path);
    return { folder, ...finished.result };
  };
  return whileLocked(folder, {
    signal: options.signal,
    work: (own) => withCheckpoint(path, () => work(own)),
  });
}

function finishedAlready(folder: string): UserError {
  return new UserError('usage', {
    problem: `The training in ${folder} is finished, so there is nothing to resume.`,
    fix: `To train a model of clips further, go on from it into another folder: --from ${folder} --out FOLDER.`,
  });
}
