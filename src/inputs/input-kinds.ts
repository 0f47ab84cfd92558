import * as z from 'zod';
import { rowsKind } from './digits/rows-kind.js';
import type { Input } from './input-kind.js';
import { textKind } from './text/text-kind.js';
import type { Augmentation } from './video/augmentation-schema.js';
import { framesKind } from './video/frames-kind.js';
import type { FramesInput } from './video/frames-schema.js';

/** All input kinds, by their name in a pipeline. To add one, see docs/extending.md. */
const INPUT_KINDS = {
  frames: framesKind,
  rows: rowsKind,
  text: textKind,
} as const;

type Schema = (typeof INPUT_KINDS)[keyof typeof INPUT_KINDS]['schema'];

// There is at least one.
const schemas = Object.values(INPUT_KINDS).map(({ schema }) => schema) as [Schema, ...Schema[]];

/** What becomes a sequence, and how. The same in training and prediction: bundles keep it. */
export const inputSchema = z.discriminatedUnion('kind', schemas);

export type InputSettings = z.infer<typeof inputSchema>;

/** All that is asked of a pipeline's input. */
export function inputOf(settings: InputSettings): Input {
  // The settings' own kind, which their `kind` names.
  const open = INPUT_KINDS[settings.kind].open as (settings: InputSettings) => Input;
  return open(settings);
}

/** The settings of the frames that an encoder reads; null where there is no encoder. */
export function framesOf(settings: InputSettings): FramesInput | null {
  const { source } = inputOf(settings);
  return source.kind === 'encoded' ? source.frames : null;
}

/** How many views an example has in the training of a pipeline. */
export function viewCount(pipeline: {
  readonly input: InputSettings;
  readonly training: { readonly augmentation?: Augmentation | undefined };
}): number {
  return inputOf(pipeline.input).views(pipeline.training.augmentation);
}
