import { packMembers } from '../bundle/pack-members.js';
import { isGenerated } from '../datasets/open-data.js';
import type { EngineName } from '../engine/engine.js';
import { findLeaks, type Leak } from '../evaluate/leaks.js';
import { gatherSkipped, type SkippedClip } from '../evaluate/skipped-clips.js';
import type { Pipeline } from '../pipeline/schema.js';
import type { TrainedBaseline } from '../tasks/classification/baselines.js';
import { OUTLIER_HEAD } from '../tasks/classification/outlier-odds.js';
import { parameterCount, type Weights } from '../tensors/tensor.js';
import type { EpochRecord } from './checkpoint.js';
import { type OpenedTraining, type OpenTrainingOptions, openTraining } from './open-training.js';
import { runStages } from './run-stages.js';

/** What there is to say of a training, whatever its task. */
export interface Trained {
  /** As it was adjusted. */
  readonly pipeline: Pipeline;
  /** What it was trained on, for people. */
  readonly datasetName: string;
  readonly engine: EngineName;
  /** Of clipstep, the engine and node. */
  readonly versions: Readonly<Record<string, string>>;
  /** How many each part has. */
  readonly examples: {
    readonly train: number;
    readonly validation: number;
    readonly test: number;
    /** Of no class, trained on beside the training part. */
    readonly outliers: number;
  };
  readonly parameterCount: number;
  readonly labels: readonly string[];
  /** What is the same, or nearly, in two parts of the split. */
  readonly leaks: readonly Leak[];
  /** Every epoch of every stage. */
  readonly history: readonly EpochRecord[];
  /** See Checkpoint. */
  readonly newLengths: readonly string[];
  /** Clips that were left out, and why. */
  readonly skipped: readonly SkippedClip[];
}

/** Of one whose task has these scores. */
export interface FinishedTraining<Scores> {
  readonly opened: OpenedTraining;
  /** Weights of each network whose probabilities are averaged. */
  readonly members: readonly Weights[];
  readonly baselines: readonly TrainedBaseline[];
  readonly result: Trained & Scores;
}

/** What comes of scoring a training: figures, and what was made beside the network. */
export interface ScoredTraining<Scores> {
  /** With what they know of their training part; see known-examples.ts. */
  readonly members: readonly Weights[];
  readonly scores: Scores;
  readonly baselines: readonly TrainedBaseline[];
}

/** How a task has a finished training scored. */
export type Score<Scores> = (
  opened: OpenedTraining,
  members: readonly Weights[],
) => Promise<ScoredTraining<Scores>>;

/**
 * Trains the network of a pipeline on a dataset, and has its task score it; nothing but checkpoints is written.
 *
 * The training part trains, the validation part calibrates and, unless the last one is kept, chooses the epoch; the
 * test part is scored once, at the end. The same pipeline, data, seed and engine give the same weights, whether or not
 * the training was interrupted and resumed on the way.
 *
 * @throws UserError for a dataset, engine or checkpoint that does not fit; `aborted` when interrupted, after keeping a
 *   checkpoint; `diverged` when the loss is no longer finite.
 */
export async function trainNetwork<Scores extends object>(
  options: OpenTrainingOptions,
  score: Score<Scores>,
): Promise<FinishedTraining<Scores>> {
  const { onEvent, skipped } = gatherSkipped(options.onEvent);
  const opened = await openTraining({ ...options, onEvent });
  const leaks = await checkLeaks(opened, options.data);
  const { members: trained, history } = await runStages(opened);
  const { members, scores, baselines } = await score(opened, trained);
  const { run, split, datasetName, engine, versions } = opened;
  const result = {
    pipeline: run.pipeline,
    datasetName,
    engine,
    versions,
    examples: {
      train: split.train.length,
      validation: split.validation.length,
      test: split.test.length,
      outliers: run.outliers.length,
    },
    parameterCount: parameterCount(packMembers(trained.map(networkAlone))),
    labels: run.labels,
    ...scores,
    leaks,
    history,
    newLengths: opened.checkpoint?.newLengths ?? [],
    skipped,
  };
  return { opened, members, baselines, result };
}

async function checkLeaks({ split, run }: OpenedTraining, data: string | undefined): Promise<Leak[]> {
  const { pipeline, onEvent } = run;
  if (isGenerated(pipeline, data)) return [];
  const leaks = await findLeaks(split, {
    ...run,
    onClip: (done, total) => onEvent({ kind: 'reading', what: 'leaks', done, total }),
  });
  if (leaks.length > 0) onEvent({ kind: 'leaks', leaks });
  return leaks;
}

/** Without what it knows of outliers, which computes no answer. */
const networkAlone = (weights: Weights): Weights =>
  new Map([...weights].filter(([name]) => name !== OUTLIER_HEAD));
