import { type Adjustments, settingText } from '../pipeline/adjust-pipeline.js';
import type { Pipeline } from '../pipeline/schema.js';

/** Which fold of a cross-validation. */
export interface FoldPosition {
  /** From 1. */
  readonly repeat: number;
  readonly number: number;
  readonly of: number;
  readonly seed: number;
}

/** `Repeat 1, fold 2 of 5`. */
export const positionText = ({ repeat, number, of }: FoldPosition): string =>
  `Repeat ${repeat}, fold ${number} of ${of}`;

/** The adjustments of a cross-validation, its pipeline split as a fold is. */
export function adjustmentsOf(
  { pipeline, set, weights, data, outliers, encoding }: Adjustments,
  { seed, fold }: { seed: number; fold: NonNullable<Pipeline['split']['fold']> },
): Adjustments {
  return {
    pipeline,
    seed,
    set: { ...set, 'split.fold': settingText(fold) },
    weights,
    data,
    outliers,
    encoding,
  };
}
