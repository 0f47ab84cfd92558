import type { Pipeline } from '../config.js';
import type { Evaluation } from './evaluate.js';

/** A share as a percentage with one decimal. */
export const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;

/** What people call the examples of this pipeline, in the plural. */
export const exampleNoun = ({ input, data }: Pipeline): string =>
  input.kind === 'rows' || data?.kind === 'mnist' ? 'images' : 'clips';

/** Accuracy with its interval, and where examples come in groups, the wider truth about it. */
export function accuracySentence(evaluation: Evaluation, noun: string): string {
  const { accuracy, examples, groups, interval, groupInterval } = evaluation;
  const between = ([low, high]: readonly [number, number]) => `${percent(low)} to ${percent(high)}`;
  const overGroups = groups < examples ? `; ${between(groupInterval)} over their ${groups} groups` : '';
  return `Accuracy on ${examples} ${noun}: ${percent(accuracy)} (95 % interval ${between(interval)}${overGroups}).`;
}
