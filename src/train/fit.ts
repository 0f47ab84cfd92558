import { setImmediate } from 'node:timers/promises';
import type { Trainer } from '../engine/engine.js';
import { UserError } from '../errors.js';
import type { States } from '../network/states.js';
import type { Pipeline } from '../pipeline/schema.js';
import { counted } from '../platform/counted.js';
import { random } from '../random.js';
import type { EpochScore } from '../tasks/task.js';
import type { Weights } from '../tensors/tensor.js';
import { diverged, type EpochRecord, type Progress } from './checkpoint.js';
import { optimizerOf } from './optimizer.js';
import { learningRateAt } from './schedule.js';
import type { StageStep, StageSteps } from './stage-steps.js';
import { lengthOf, type Stage, type StageLength } from './stages.js';
import type { TrainEvent } from './train-event.js';

export interface FitOptions {
  readonly trainer: Trainer;
  readonly pipeline: Pipeline;
  readonly stage: Stage;
  readonly steps: StageSteps;
  /** Where the stage stands; a fresh one or that of a checkpoint. The trainer must stand there too. */
  readonly progress: Progress;
  /** As StagePosition has it. */
  readonly epochsBefore?: number | undefined;
  /** What the next step starts from; zeros when absent, as at an epoch's start. */
  readonly states?: States | undefined;
  readonly best: Weights;
  /** Keeps a checkpoint; between epochs, one may be left out. */
  readonly save: (reached: Reached, best: Weights, where: 'between epochs' | 'at an end') => Promise<void>;
  readonly onEvent: (event: TrainEvent) => void;
  readonly signal?: AbortSignal | undefined;
}

/** How far a stage has come, and the states that it ended its last step with. */
export interface Reached {
  readonly progress: Progress;
  readonly states?: States | undefined;
}

/**
 * Trains one stage to its end: epochs over the training part, each followed by the validation
 * part, until the stage's length or the patience is used up.
 *
 * @returns the trained weights of the epoch with the lowest validation loss, or of the last epoch when
 *   the pipeline keeps that or there is no validation part; and the progress at the end.
 * @throws UserError `usage` for a stage that has made more than its length; `aborted` after a checkpoint was kept;
 *   `diverged` when a loss is no longer finite, the checkpoint being the last one that was.
 */
export async function fitStage(options: FitOptions): Promise<{ weights: Weights; progress: Progress }> {
  const { trainer, stage, pipeline, steps } = options;
  const length = lengthOf(stage, steps.perEpoch);
  refuseShorter(options.progress, length, steps.perEpoch);
  const { history, epoch } = options.progress;
  const { epochsBefore = history.length - epoch } = options;
  let { progress, best, states } = options;
  const patience = pipeline.training.patience ?? Number.POSITIVE_INFINITY;
  const goesOn = () => length.inEpoch(progress.epoch) > 0 && progress.epochsSinceBest < patience;
  while (goesOn()) {
    progress = await trainEpoch({ ...options, length, epochsBefore }, { progress, states }, best);
    states = undefined;
    const validation = await steps.validate(trainer);
    const isBest =
      !validation ||
      pipeline.training.keep === 'last' ||
      validation.cost < (progress.lowestCost ?? Number.POSITIVE_INFINITY);
    if (isBest) best = await trainer.weights();
    progress = closeEpoch(progress, { stage, validation, isBest });
    const { history } = progress;
    const count = history.length;
    const record = history.at(-1)!;
    // Where the last epoch is kept, none is looked for.
    const isBestSoFar = isBest && validation !== null && pipeline.training.keep === 'best';
    options.onEvent({ kind: 'epoch', epochs: length.epochs, count, record, isBest: isBestSoFar });
    await options.save({ progress }, best, goesOn() ? 'between epochs' : 'at an end');
  }
  return { weights: best, progress };
}

/** A stage that goes on may be given another length, but none that it is beyond. */
function refuseShorter({ stage, epoch, step }: Progress, length: StageLength, perEpoch: number): void {
  if (epoch <= length.epochs && step <= length.inEpoch(epoch)) return;
  const made = `${counted(epoch * perEpoch + step, 'step')} in ${counted(epoch + Math.sign(step), 'epoch')}`;
  throw new UserError('usage', {
    problem: `Stage ${stage + 1} has already made ${made}, and is now to make ${length.steps} in ${length.epochs}.`,
    fix: 'Resume with the length that it was started with, or a longer one.',
  });
}

/** Progress at the start of a stage. */
export function freshProgress(stage: number, history: readonly EpochRecord[]): Progress {
  return { stage, epoch: 0, ...freshEpoch(), lowestCost: null, epochsSinceBest: 0, history: [...history] };
}

type EpochOptions = FitOptions & { readonly length: StageLength; readonly epochsBefore: number };

async function trainEpoch(options: EpochOptions, start: Reached, best: Weights): Promise<Progress> {
  const { length, steps, signal } = options;
  const { epoch } = start.progress;
  const count = length.inEpoch(epoch);
  const read = (step: number) => steps.read({ epoch, epochsBefore: options.epochsBefore + epoch, step });
  let reached = start;
  /** The batch after the one that is computed: whatever it draws is keyed by its place. */
  let ahead: Promise<StageStep> | null = null;
  try {
    while (reached.progress.step < count) {
      const { step } = reached.progress;
      if (signal?.aborted) {
        await options.save(reached, best, 'at an end');
        throw interrupted(reached.progress, length);
      }
      const started = performance.now();
      const given = await (ahead ?? read(step));
      const stepping = trainStep(options, reached, { given, started });
      // Once the step is under way, or done where it computes in this thread.
      ahead = step + 1 < count ? setImmediate().then(() => read(step + 1)) : null;
      // Whoever comes to it hears of it.
      ahead?.catch(() => {});
      reached = await stepping;
    }
  } finally {
    await ahead?.catch(() => {});
  }
  return reached.progress;
}

/** @param step.started When its batch was waited for. */
async function trainStep(
  options: EpochOptions,
  { progress, states }: Reached,
  { given: { batch, targets, count }, started }: { given: StageStep; started: number },
): Promise<Reached> {
  const { stage, pipeline, length, epochsBefore } = options;
  const { epoch, step } = progress;
  const result = await options.trainer.step({
    batch,
    targets,
    states,
    learningRate: learningRateOf(options, progress),
    dropoutSeed: random(pipeline.seed, 'step', epochsBefore + epoch, step).integer(0, 2 ** 31),
  });
  const { loss, correct } = result;
  if (!Number.isFinite(loss)) throw diverged(`the loss became ${loss}`, progress);
  const next: Progress = {
    ...progress,
    step: progress.step + 1,
    epochLoss: progress.epochLoss + loss * count,
    epochCorrect: progress.epochCorrect + correct,
    epochCount: progress.epochCount + count,
    epochSeconds: progress.epochSeconds + (performance.now() - started) / 1000,
  };
  options.onEvent({
    kind: 'step',
    stage: next.stage,
    epoch: next.epoch + 1,
    epochs: length.epochs,
    step: next.step,
    steps: length.inEpoch(next.epoch),
    loss: next.epochLoss / next.epochCount,
    accuracy: accuracyOf(next, stage),
  });
  return { progress: next, states: result.states };
}

function learningRateOf({ stage, pipeline, length }: EpochOptions, { epoch, step }: Progress): number {
  const { steps, warmupSteps, inEpoch } = length;
  const rate = learningRateAt({
    schedule: pipeline.training.schedule,
    peak: stage.learningRate,
    step: epoch * inEpoch(0) + step,
    steps,
    warmupSteps,
  });
  return optimizerOf(pipeline, stage).rateFactor * rate;
}

function closeEpoch(
  progress: Progress,
  { stage, validation, isBest }: { stage: Stage; validation: EpochScore | null; isBest: boolean },
): Progress {
  if (validation && !Number.isFinite(validation.loss)) {
    throw diverged(`the validation loss became ${validation.loss}`, progress);
  }
  const record: EpochRecord = {
    stage: progress.stage,
    epoch: progress.epoch + 1,
    trainLoss: progress.epochLoss / progress.epochCount,
    trainAccuracy: accuracyOf(progress, stage),
    validationLoss: validation?.loss ?? null,
    validationAccuracy: validation?.accuracy ?? null,
    seconds: progress.epochSeconds,
  };
  return {
    ...progress,
    ...freshEpoch(),
    epoch: progress.epoch + 1,
    lowestCost: isBest ? (validation?.cost ?? null) : progress.lowestCost,
    epochsSinceBest: isBest ? 0 : progress.epochsSinceBest + 1,
    history: [...progress.history, record],
  };
}

/** Distillation knows no classes. */
const accuracyOf = ({ epochCorrect, epochCount }: Progress, { scope }: Stage): number | null =>
  scope.kind === 'distil' ? null : epochCorrect / epochCount;

const freshEpoch = () => ({ step: 0, epochLoss: 0, epochCorrect: 0, epochCount: 0, epochSeconds: 0 });

function interrupted(progress: Progress, { epochs }: StageLength): UserError {
  return new UserError('aborted', {
    problem: `Interrupted in stage ${progress.stage + 1}, epoch ${progress.epoch + 1} of ${epochs}.`,
    fix: 'Give the same command with --resume to go on to the same result.',
  });
}
