import type { Example } from '../datasets/dataset.js';
import type { Trainer } from '../engine/engine.js';
import { UserError } from '../errors.js';
import { collate, epochBatches, inBatches } from '../inputs/batches.js';
import type { SequenceReader } from '../inputs/sequence-reader.js';
import type { Pipeline } from '../pipeline/schema.js';
import { random } from '../random.js';
import type { EpochScore } from '../tasks/task.js';
import { taskOf } from '../tasks/tasks.js';
import { concatenate, type Weights } from '../tensors/tensor.js';
import { diverged, type EpochRecord, type Progress } from './checkpoint.js';
import { optimizerOf } from './optimizer.js';
import { learningRateAt } from './schedule.js';
import { type Stage, stepsOf } from './stages.js';
import type { StepReader } from './step.js';
import type { TrainEvent } from './train-event.js';

export interface FitOptions {
  readonly trainer: Trainer;
  readonly pipeline: Pipeline;
  readonly stage: Stage;
  readonly labels: readonly string[];
  readonly train: readonly Example[];
  readonly validation: readonly Example[];
  /** Of the training part. */
  readonly readStep: StepReader;
  /** Of the validation part. */
  readonly read: SequenceReader;
  /** Where the stage stands; a fresh one or that of a checkpoint. The trainer must stand there too. */
  readonly progress: Progress;
  readonly best: Weights;
  /** Keeps a checkpoint. */
  readonly save: (progress: Progress, best: Weights) => Promise<void>;
  readonly onEvent: (event: TrainEvent) => void;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Trains one stage to its end: epochs over the shuffled training part, each followed by the validation
 * part, until the epochs or the patience are used up.
 *
 * @returns the trained weights of the epoch with the lowest validation loss, or of the last epoch when
 *   the pipeline keeps that or there is no validation part; and the progress at the end.
 * @throws UserError `aborted` after a checkpoint was kept; `diverged` when a loss is no longer finite, the
 *   checkpoint being the last one that was.
 */
export async function fitStage(options: FitOptions): Promise<{ weights: Weights; progress: Progress }> {
  const { trainer, stage, pipeline } = options;
  let { progress, best } = options;
  const patience = pipeline.training.patience ?? Number.POSITIVE_INFINITY;
  const steps = stepsOf(stage, options.train.length);
  while (steps.inEpoch(progress.epoch) > 0 && progress.epochsSinceBest < patience) {
    progress = await trainEpoch(options, progress, best);
    const validation = await validate(options);
    const isBest =
      !validation ||
      pipeline.training.keep === 'last' ||
      validation.cost < (progress.lowestCost ?? Number.POSITIVE_INFINITY);
    if (isBest) best = await trainer.weights();
    progress = closeEpoch(progress, { stage, validation, isBest });
    const { history } = progress;
    const count = history.length;
    options.onEvent({ kind: 'epoch', epochs: stage.epochs, count, record: history.at(-1)!, isBest });
    await options.save(progress, best);
  }
  return { weights: best, progress };
}

/** Progress at the start of a stage. */
export function freshProgress(stage: number, history: readonly EpochRecord[]): Progress {
  return { stage, epoch: 0, ...freshEpoch(), lowestCost: null, epochsSinceBest: 0, history: [...history] };
}

async function trainEpoch(options: FitOptions, start: Progress, best: Weights): Promise<Progress> {
  const { stage, pipeline, train } = options;
  const batches = epochBatches(train.length, {
    batchSize: stage.batchSize,
    seed: pipeline.seed,
    epoch: start.history.length,
  }).slice(0, stepsOf(stage, train.length).inEpoch(start.epoch));
  let progress = start;
  while (progress.step < batches.length) {
    if (options.signal?.aborted) {
      await options.save(progress, best);
      throw interrupted(progress, stage);
    }
    progress = await trainStep(options, progress, batches);
  }
  return progress;
}

async function trainStep(options: FitOptions, progress: Progress, batches: number[][]): Promise<Progress> {
  const { stage, pipeline, train } = options;
  const started = performance.now();
  const steps = stepsOf(stage, train.length);
  const stepsInEpoch = steps.inEpoch(0);
  const examples = batches[progress.step]!.map((index) => train[index]!);
  const place = { epoch: progress.epoch, epochsBefore: progress.history.length, step: progress.step };
  const { sequences, targets } = await options.readStep(examples, place);
  const { loss, correct } = await options.trainer.step({
    batch: collate(sequences),
    targets,
    learningRate:
      optimizerOf(pipeline).rateFactor *
      learningRateAt({
        schedule: pipeline.training.schedule,
        peak: stage.learningRate,
        step: progress.epoch * stepsInEpoch + progress.step,
        steps: steps.total,
        warmupSteps: Math.round(stage.warmupEpochs * stepsInEpoch),
      }),
    dropoutSeed: random(pipeline.seed, 'step', place.epochsBefore, place.step).integer(0, 2 ** 31),
  });
  if (!Number.isFinite(loss)) throw diverged(`the loss became ${loss}`, progress);
  const next: Progress = {
    ...progress,
    step: progress.step + 1,
    epochLoss: progress.epochLoss + loss * examples.length,
    epochCorrect: progress.epochCorrect + correct,
    epochClips: progress.epochClips + examples.length,
    epochSeconds: progress.epochSeconds + (performance.now() - started) / 1000,
  };
  options.onEvent({
    kind: 'step',
    stage: next.stage,
    epoch: next.epoch + 1,
    epochs: stage.epochs,
    step: next.step,
    steps: batches.length,
    loss: next.epochLoss / next.epochClips,
    accuracy: accuracyOf(next, stage),
  });
  return next;
}

async function validate(options: FitOptions): Promise<EpochScore | null> {
  const { trainer, validation, read, labels, stage, pipeline } = options;
  if (validation.length === 0) return null;
  const logits: Float32Array[] = [];
  for (const examples of inBatches(validation, stage.batchSize)) {
    const sequences = await Promise.all(examples.map((example) => read(example, 'evaluation')));
    logits.push((await trainer.classify(collate(sequences))).logits);
  }
  return taskOf(pipeline).scoreEpoch({ logits: concatenate(logits), examples: validation, labels });
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
    trainLoss: progress.epochLoss / progress.epochClips,
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
const accuracyOf = ({ epochCorrect, epochClips }: Progress, { scope }: Stage): number | null =>
  scope.kind === 'distil' ? null : epochCorrect / epochClips;

const freshEpoch = () => ({ step: 0, epochLoss: 0, epochCorrect: 0, epochClips: 0, epochSeconds: 0 });

function interrupted(progress: Progress, stage: Stage): UserError {
  return new UserError('aborted', {
    problem: `Interrupted in epoch ${progress.epoch + 1} of ${stage.epochs}; a checkpoint is kept.`,
    fix: 'Give the same command with --resume to go on to the same result.',
  });
}
