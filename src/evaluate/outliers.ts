import { UserError } from '../errors.js';
import { isUnlike, type Limits } from '../tasks/classification/answer.js';
import { auroc } from '../tasks/classification/auroc.js';

/** How well a model tells what is unlike its training clips. */
export interface OutlierFigures {
  /** Where they are from. */
  readonly source: string;
  /** Those that could be read. */
  readonly examples: number;
  /** How probably one of them is farther from the training clips than a clip of the data; see auroc.ts. */
  readonly auroc: number;
  /** Share of them that is called unlike. */
  readonly unlike: number;
}

/** @param distances of the outliers and of the data, at least one of each. */
export function outlierFigures(
  source: string,
  { outliers, own, limits }: { outliers: readonly number[]; own: readonly number[]; limits: Limits },
): OutlierFigures {
  return {
    source,
    examples: outliers.length,
    auroc: auroc(outliers, own),
    unlike: unlikeShare(outliers, limits),
  };
}

/** Share of some distances that is beyond the limit. */
export const unlikeShare = (distances: readonly number[], limits: Limits): number =>
  distances.filter((distance) => isUnlike(distance, limits)).length / distances.length;

/** The error of asking how far outliers are where a model does not know. */
export function knowsNothing(model: string): UserError {
  return new UserError('usage', {
    problem: `${model} does not know what its training data looks like, so it cannot say how far outliers are from it.`,
    fix: `Run \`clipstep evaluate ${model} --calibrate\` on the data that it was trained on, or train it again.`,
  });
}
