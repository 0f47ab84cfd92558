import { readManifest } from '../bundle/manifest.js';
import { isPublishedHere } from '../encoder/pretrained/load-pretrained.js';
import type { UserError } from '../errors.js';
import type { Pipeline } from '../pipeline/schema.js';
import { shippedNames, shippedPath } from '../platform/shipped.js';
import type { RecipeState, RunState, TrainingTime } from './messages.js';

/**
 * What a training of a pipeline does, and how long it takes.
 *
 * @param about.problem why the file of the pipeline cannot be used as it is now.
 * @param about.runs earlier ones of the same project.
 * @param about.reckon how long the first one will take.
 */
export async function recipeState(
  pipeline: Pipeline,
  about: { problem: UserError | null; runs: readonly RunState[]; reckon: () => TrainingTime | null },
): Promise<RecipeState> {
  const { input, training } = pipeline;
  const encoder = input.kind === 'frames' ? input.encoder : undefined;
  const isPretrained = encoder?.weights === 'hub';
  return {
    problem: about.problem && { message: about.problem.problem, fix: about.problem.fix },
    steps: training.steps ?? 0,
    hasPretrained: isPretrained,
    isPretrainedHere: isPretrained && (await isPublishedHere(encoder)),
    shippedEncoders: await shippedEncoders(pipeline),
    time: lastTime(about.runs, training.steps ?? 0) ?? about.reckon(),
  };
}

/** Models that ship, of which a training can take the encoder in place of the pretrained one. */
export async function shippedEncoders({ input }: Pipeline): Promise<string[]> {
  const encoder = input.kind === 'frames' ? input.encoder : undefined;
  return encoder?.weights === 'hub' ? sameEncoders(encoder) : [];
}

interface Encoder {
  readonly architecture: string;
  readonly alpha: number;
}

/** Models that ship with an encoder of the same kind. */
async function sameEncoders({ architecture, alpha }: Encoder): Promise<string[]> {
  const found = await Promise.all(
    (await shippedNames('model')).map(async (name) => {
      const { pipeline, quantization } = await readManifest(shippedPath('model', name));
      const other = pipeline.input.kind === 'frames' ? pipeline.input.encoder : undefined;
      const isSame = other?.architecture === architecture && other.alpha === alpha && !quantization;
      return isSame ? [name] : [];
    }),
  );
  return found.flat();
}

/** Half of a training is reading clips, as far as is known. */
const SHARE_OF_STEPS = 0.5;

/** Of the last run that the studio trained, as long as it would take with the steps that the pipeline says. */
export function lastTime(
  runs: ReadonlyArray<Pick<RunState, 'status' | 'settings' | 'seconds'>>,
  steps: number,
): TrainingTime | null {
  const last = runs.findLast(
    ({ status, settings, seconds }) => status === 'finished' && settings !== null && seconds !== null,
  );
  if (!last?.settings || last.seconds === null) return null;
  if (steps === 0) return { seconds: last.seconds, perStep: 0, isFirst: false };
  const perStep = (SHARE_OF_STEPS * last.seconds) / (last.settings.steps ?? steps);
  return { seconds: (1 - SHARE_OF_STEPS) * last.seconds + perStep * steps, perStep, isFirst: false };
}
