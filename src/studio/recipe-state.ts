import { readManifest } from '../bundle/manifest.js';
import { isPublishedHere } from '../encoder/pretrained/load-pretrained.js';
import type { Pipeline } from '../pipeline/schema.js';
import { shippedNames, shippedPath } from '../platform/shipped.js';
import type { RecipeState, RunState } from './messages.js';

/**
 * What a training of a pipeline does, and how long it takes.
 *
 * @param runs earlier ones of the same project.
 */
export async function recipeState(
  { input, training }: Pipeline,
  runs: readonly RunState[],
): Promise<RecipeState> {
  const encoder = input.kind === 'frames' ? input.encoder : undefined;
  const isPretrained = encoder?.weights === 'hub';
  return {
    steps: training.steps ?? 0,
    hasPretrained: isPretrained,
    isPretrainedHere: isPretrained && (await isPublishedHere(encoder)),
    shippedEncoders: encoder && isPretrained ? await sameEncoders(encoder) : [],
    seconds: lastSeconds(runs),
  };
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

/** Of the last run that was trained as the pipeline says. */
function lastSeconds(runs: readonly RunState[]): number | null {
  const usual = runs.filter(({ status, settings }) => status === 'finished' && settings.steps === null);
  return usual.at(-1)?.seconds ?? null;
}
