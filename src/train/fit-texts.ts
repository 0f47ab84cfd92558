import type { Engine } from '../engine/engine.js';
import { initializeRecurrent } from '../network/initialize-network.js';
import type { Networks } from '../network/networks.js';
import type { Pipeline } from '../pipeline/schema.js';
import { taskOf } from '../tasks/tasks.js';
import type { Weights } from '../tensors/tensor.js';
import { type EpochRecord, findCheckpoint, writeCheckpoint } from './checkpoint.js';
import { pipelineFingerprint } from './fingerprint.js';
import { freshProgress } from './fit.js';
import { optimizerOf } from './optimizer.js';
import type { StageSteps } from './stage-steps.js';
import { stagesOf } from './stages.js';
import type { TrainEvent } from './train-event.js';
import { trainStage } from './train-stage.js';

/** What a training on texts without classes is given. */
export interface TextTrainingOptions {
  readonly pipeline: Pipeline;
  /** Path of the texts. */
  readonly data: string;
  readonly engine?: 'auto' | Engine['name'] | undefined;
  /** Where checkpoints are kept, and whether to go on from the one there. */
  readonly checkpoints: { readonly path: string; readonly resume: boolean };
  readonly onEvent: (event: TrainEvent) => void;
  readonly signal?: AbortSignal | undefined;
}

export interface FittedTexts {
  readonly weights: Weights;
  readonly history: readonly EpochRecord[];
  /** See Checkpoint. */
  readonly newLengths: readonly string[];
}

/**
 * Trains the one network of such a pipeline, in its one stage.
 *
 * @param data.digest of the texts.
 * @throws UserError as findCheckpoint and fitStage.
 */
export async function fitOnTexts(
  { pipeline, checkpoints, onEvent, signal }: Omit<TextTrainingOptions, 'data' | 'engine'>,
  {
    networks,
    engine,
    digest,
    steps,
  }: { networks: Networks; engine: Engine; digest: string; steps: StageSteps },
): Promise<FittedTexts> {
  const { recurrent: network } = networks;
  const [stage] = stagesOf(pipeline);
  if (!stage) throw new Error(`${pipeline.name} has no stage`);
  const { initialHead: head, initialEmbedding: embedding, clipNorm } = pipeline.training;
  const fingerprint = {
    pipeline: pipelineFingerprint(pipeline),
    dataset: digest.slice(0, 12),
    engine: engine.name,
    model: '',
  };
  const checkpoint = await findCheckpoint({ ...checkpoints, fingerprint });
  const newLengths = checkpoint?.newLengths ?? [];
  const kept = { fingerprint, newLengths, members: [], distilled: new Map() };
  const { weights, progress } = await trainStage(
    {
      training: engine.training,
      save: (parts) => writeCheckpoint(checkpoints.path, { ...kept, ...parts }),
      onEvent,
      signal,
    },
    { stage, checkpoint, progress: checkpoint?.progress ?? freshProgress(0, []) },
    {
      pipeline,
      steps,
      trainer: {
        network,
        weights: checkpoint?.start ?? initializeRecurrent(network, pipeline.seed, { head, embedding }),
        loss: taskOf(pipeline).loss(pipeline),
        optimizer: optimizerOf(pipeline).hyperparameters,
        clipNorm,
      },
    },
  );
  return { weights, history: progress.history, newLengths };
}
