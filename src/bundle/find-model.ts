import { UserError } from '../errors.js';
import { exists } from '../platform/exists.js';
import { findShipped } from '../platform/shipped.js';
import type { Weights } from '../tensors/tensor.js';
import { type Manifest, readManifest } from './manifest.js';

/** Name of the model that is made of a pretrained MobileNet, see imagenet.ts. */
export const IMAGENET = 'imagenet';

export interface ModelOptions {
  /** For `imagenet`: the folder of its TensorFlow.js model, in place of the one that is fetched. */
  readonly weights?: string | undefined;
  /** Called with the bytes of it that have come so far, while it is fetched. */
  readonly onReceived?: ((bytes: number) => void) | undefined;
  /** A command that takes only what Clipstep trained: others are refused before they are fetched. */
  readonly trainedFor?: string | undefined;
}

/** A model as far as its manifest describes it. */
export interface FoundModel {
  /** As it was asked for, or where it ships. */
  readonly folder: string;
  readonly manifest: Manifest;
  /** Of a model that is not in a folder. */
  readonly members?: readonly Weights[] | undefined;
}

/**
 * Finds a model, and reads what it says of itself.
 *
 * @param model its folder, the name of one that ships, or `imagenet`.
 * @throws UserError `not_found` or `bad_bundle`, `usage` for weights that go with another model; for `imagenet` as
 *   imagenetModel.
 */
export async function findModel(
  model: string,
  { weights, onReceived, trainedFor }: ModelOptions = {},
): Promise<FoundModel> {
  if (model === IMAGENET && !(await exists(model))) {
    if (trainedFor !== undefined) throw notTrained(model, trainedFor);
    const { imagenetModel } = await import('./imagenet.js');
    return { folder: IMAGENET, ...(await imagenetModel(weights ?? 'hub', onReceived)) };
  }
  if (weights !== undefined) {
    throw new UserError('usage', {
      problem: `--weights ${weights} is for --model ${IMAGENET}; the model ${model} has its own.`,
      fix: `Leave --weights out, or give --model ${IMAGENET}.`,
    });
  }
  const folder = await findShipped('model', model, [IMAGENET]);
  return { folder, manifest: await readManifest(folder) };
}

/** @throws UserError `usage` for a model that was not trained by a pipeline of Clipstep. */
export function requireTrained({ folder, manifest }: FoundModel, command: string): void {
  if (manifest.eachFrame) throw notTrained(folder, command);
}

function notTrained(folder: string, command: string): UserError {
  return new UserError('usage', {
    problem: `${folder} was trained elsewhere and answers each frame by itself, so \`clipstep ${command}\` cannot use it.`,
    fix: 'Give a model that `clipstep train` wrote; `classify` and `batch` take both.',
  });
}
