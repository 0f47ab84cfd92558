import { dirname, join, resolve } from 'node:path';
import { type Bundle, loadBundle } from '../bundle/bundle.js';
import { findModel } from '../bundle/find-model.js';
import { MANIFEST_FILE } from '../bundle/manifest.js';
import { UserError } from '../errors.js';
import { areDrawn } from '../evaluate/list-outliers.js';
import { type Adjustments, adjustPipeline, readAdjustedPipeline } from '../pipeline/adjust-pipeline.js';
import { readPipeline } from '../pipeline/pipeline-file.js';
import type { Pipeline } from '../pipeline/schema.js';
import { findShipped } from '../platform/shipped.js';
import type { TaskName } from '../tasks/tasks.js';
import type { TrainEvent } from '../train/train-event.js';

/** The pipeline to begin with, which ships. */
const STARTER = 'actions';

export interface RecipeOptions extends Omit<Adjustments, 'pipeline'> {
  /**
   * Path of the pipeline's YAML file, or the name of one that ships; when absent that of the model that `from` names,
   * or else `actions`, which ships.
   */
  readonly pipeline?: string | undefined;
  /** A model to go on from, its folder or the name of one that ships: all of it, or all but the head for other classes. */
  readonly from?: string | undefined;
  readonly onEvent?: ((event: TrainEvent) => void) | undefined;
}

/** What a training is to do. */
export interface Recipe {
  readonly pipeline: Pipeline;
  /** Where relative paths in it start. */
  readonly pipelineFolder: string;
  readonly from?: Bundle | undefined;
}

/** Reads the pipeline that was asked for, and the model to go on from. @throws UserError as readAdjustedPipeline and loadBundle. */
export async function openRecipe(options: RecipeOptions): Promise<Recipe> {
  if (options.from !== undefined && options.weights !== undefined) throw twoEncoders(options.from);
  const from = options.from === undefined ? undefined : await loadBundle(options.from);
  if (from && options.pipeline === undefined) {
    const { folder, manifest } = from;
    const { outliers } = manifest.pipeline;
    if (outliers !== undefined && options.outliers === undefined && !areDrawn(outliers, manifest.pipeline)) {
      options.onEvent?.({ kind: 'note', message: OUTLIERS_LEFT_OUT });
    }
    const pipeline = await adjustPipeline(recipeOf(from), {
      ...options,
      pipeline: join(folder, MANIFEST_FILE),
    });
    return { pipeline, pipelineFolder: folder, from };
  }
  if (options.pipeline === undefined) {
    options.onEvent?.({ kind: 'note', message: `No pipeline is given: ${STARTER}, which ships, is taken` });
  }
  const path = await findShipped('pipeline', options.pipeline ?? STARTER);
  const pipeline = await readAdjustedPipeline({ ...options, pipeline: path });
  return { pipeline, pipelineFolder: dirname(resolve(path)), from };
}

/** The task of the recipe that was asked for. @throws UserError as readPipeline and findModel. */
export async function recipeTask({
  pipeline,
  from,
}: Pick<RecipeOptions, 'pipeline' | 'from'>): Promise<{ task: TaskName }> {
  if (pipeline !== undefined || from === undefined) return readPipeline(pipeline ?? STARTER);
  return (await findModel(from)).manifest.pipeline;
}

/** A model's pipeline, for other data than it was trained on. */
function recipeOf({ manifest: { pipeline } }: Bundle): Pipeline {
  const { data, split, outliers, ...others } = pipeline;
  const { fold, ...shares } = split;
  return {
    ...others,
    data: data?.kind === 'folder' ? undefined : data,
    outliers: outliers !== undefined && areDrawn(outliers, pipeline) ? outliers : undefined,
    split: shares,
  };
}

const OUTLIERS_LEFT_OUT =
  'The model was trained on outliers, too, and this training is not: give them again with --outliers.';

function twoEncoders(from: string): UserError {
  return new UserError('usage', {
    problem: `--weights names an encoder to start from, and --from ${from} a model that has one.`,
    fix: 'Leave one of them out.',
  });
}
