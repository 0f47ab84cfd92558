import type { Bundle } from '../bundle/bundle.js';
import type { Dataset, Example } from '../datasets/dataset.js';
import { type OpenDataOptions, openTrainingData } from '../datasets/open-data.js';
import { type Split, splitByGroup, splitDigest } from '../datasets/split.js';
import type { EngineName } from '../engine/engine.js';
import { selectEngine } from '../engine/select.js';
import { openSequenceCache } from '../inputs/feature-cache.js';
import { inputOf } from '../inputs/input-kinds.js';
import { networksOf } from '../network/networks.js';
import type { Pipeline } from '../pipeline/schema.js';
import { counted } from '../platform/counted.js';
import { clipstepVersion } from '../platform/version.js';
import { requireCommand } from '../tasks/commands.js';
import { taskOf } from '../tasks/tasks.js';
import { type Checkpoint, findCheckpoint, writeCheckpoint } from './checkpoint.js';
import { type Fingerprint, pipelineFingerprint, splitFingerprint } from './fingerprint.js';
import { openOutliers } from './open-outliers.js';
import { type Origin, originOf } from './origin.js';
import { membersOf } from './plan-members.js';
import type { TrainEvent } from './train-event.js';
import type { Training } from './train-stage.js';

/** Features of some 3,000 clips of 32 timesteps with 1280 features. */
const MEMORY_BYTES = 2 ** 29;

export interface OpenTrainingOptions extends OpenDataOptions {
  readonly pipeline: Pipeline;
  readonly engine?: 'auto' | EngineName | undefined;
  /** The model that it goes on from; it starts anew when absent. */
  readonly from?: Bundle | undefined;
  /** Where checkpoints are kept, and whether to go on from the one there; null: none are kept. */
  readonly checkpoints: { readonly path: string; readonly resume: boolean } | null;
  readonly onEvent: (event: TrainEvent) => void;
}

/** A training whose inputs are all there and fit one another. */
export interface OpenedTraining {
  /** Of the pipeline's file. */
  readonly pipelineFolder: string;
  /** What it trains on, for people. */
  readonly datasetName: string;
  readonly split: Split;
  readonly run: Omit<Training, 'save'>;
  /** Name of the engine that trains. */
  readonly engine: EngineName;
  /** Of clipstep, the engine and node. */
  readonly versions: Readonly<Record<string, string>>;
  /** What it goes on from; null at its beginning. */
  readonly checkpoint: Checkpoint | null;
  /** Keeps a checkpoint. */
  readonly save: (parts: Omit<Checkpoint, 'fingerprint' | 'newLengths'>) => Promise<void>;
}

/**
 * Opens the data of a pipeline, splits it, picks the engine and finds the checkpoint.
 * @throws UserError as openTrainingData, splitByGroup, selectEngine, networksOf and findCheckpoint.
 */
export async function openTraining(options: OpenTrainingOptions): Promise<OpenedTraining> {
  const { pipeline, pipelineFolder, checkpoints, onEvent, signal } = options;
  requireCommand('train', { name: pipeline.name, pipeline });
  const { dataset, name: datasetName } = await openTrainingData(options);
  for (const skipped of dataset.skipped) onEvent({ kind: 'skipped', ...skipped });
  const split = splitByGroup(dataset, { ...pipeline.split, seed: pipeline.seed });
  const outliers = await openOutliers({ ...options, ...dataset, train: split.train });
  onEvent({ kind: 'note', message: countsText(dataset, { ...split, outliers }) });
  if (outliers.length > 0 && split.validation.length === 0 && !pipeline.split.fold) {
    onEvent({ kind: 'remark', message: NO_LIMIT });
  }
  const remark = await inputOf(pipeline.input).remark?.(dataset.examples);
  if (remark) onEvent({ kind: 'remark', message: remark });
  const { engine, reason } = await selectEngine(options.engine ?? 'auto');
  onEvent({ kind: 'note', message: reason });
  const vocabulary = options.from
    ? options.from.manifest.vocabulary
    : await inputOf(pipeline.input).vocabularyOf?.(split.train);
  const { labels } = dataset;
  const networks = networksOf(pipeline, { classes: taskOf(pipeline).outputs(dataset), vocabulary });
  const members = membersOf(pipeline, networks).length;
  const origin = options.from ? originOf(options.from, { networks, labels, members }) : null;
  if (origin) onEvent({ kind: 'note', message: originText(origin, options.from!.folder) });
  const run: OpenedTraining['run'] = {
    pipeline,
    networks,
    vocabulary,
    labels,
    origin,
    train: split.train,
    validation: split.validation,
    outliers,
    predicting: engine,
    training: engine.training,
    cache: openSequenceCache(onEvent),
    memoryBytes: MEMORY_BYTES,
    onEvent,
    signal,
  };
  const fingerprint = fingerprintOf(run, { dataset, split, engine: engine.name });
  const checkpoint = checkpoints && (await findCheckpoint({ ...checkpoints, fingerprint }));
  const newLengths = checkpoint?.newLengths ?? [];
  return {
    pipelineFolder,
    datasetName,
    split,
    run,
    engine: engine.name,
    versions: { clipstep: clipstepVersion(), [engine.name]: engine.version, node: process.versions.node },
    checkpoint,
    save: async (parts) => {
      if (checkpoints) await writeCheckpoint(checkpoints.path, { fingerprint, newLengths, ...parts });
    },
  };
}

const NO_LIMIT =
  'There is no validation part to choose by what is too far from the classes: the model will call nothing unlike, outliers neither. Keep one, such as --set split.validation=0.2.';

/** What there is to train on, before the first clip is read. */
function countsText(
  { labels, examples }: Dataset,
  { train, validation, test, outliers }: Split & { outliers: readonly Example[] },
): string {
  const counts = labels.map((label, index) => {
    const own = examples.filter((example) => example.label === index);
    return `${label} ${own.length}`;
  });
  const shown = counts.length > MOST_COUNTS ? [...counts.slice(0, MOST_COUNTS), '...'] : counts;
  const parts = `${train.length} to train on, ${validation.length} to validate, ${test.length} to test`;
  const beside = outliers.length > 0 ? `; ${counted(outliers.length, 'outlier')} beside them` : '';
  return `${counted(labels.length, 'class', 'classes')}: ${shown.join(', ')}; ${parts}${beside}`;
}

/** Classes that are named with how many there are of each. */
const MOST_COUNTS = 30;

const originText = ({ isHeadKept }: Origin, folder: string): string =>
  `Goes on from ${folder}${isHeadKept ? '' : ', with a new head: the classes are others'}`;

function fingerprintOf(
  { pipeline, origin, outliers }: OpenedTraining['run'],
  { dataset, split, engine }: { dataset: Dataset; split: Split; engine: EngineName },
): Fingerprint {
  return {
    pipeline: pipelineFingerprint(pipeline),
    dataset: splitFingerprint(split, { digest: splitDigest(dataset, split), outliers }),
    engine,
    model: origin?.digest ?? '',
  };
}
