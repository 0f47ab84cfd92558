import { type Grouped, groupCount, groupInterval } from '../bootstrap.js';

/** The mean of differences between two classifiers on the same examples. */
export interface PairedDifference {
  readonly difference: number;
  /** 95 %, paired, over groups; see bootstrap.ts. */
  readonly interval: readonly [low: number, high: number];
  /** Groups in which the two do not say the same. */
  readonly differingGroups: number;
}

/**
 * Groups in which two classifiers must differ before a difference is called one: with five, all pointing one way
 * has the probability 2 / 2^5 = 6 % by chance alone (sign test); with six, 3 %.
 */
const FEWEST_DIFFERING_GROUPS = 6;

/** @param differences one of each example; at least one. The same seed gives the same interval. */
export function pairedDifference(
  differences: readonly Grouped[],
  options: { seed: number },
): PairedDifference {
  return {
    difference: differences.reduce((sum, { value }) => sum + value, 0) / differences.length,
    interval: groupInterval(differences, options),
    differingGroups: groupCount(differences.filter(({ value }) => value !== 0)),
  };
}

/** Whether the interval lies above 0, and enough groups differ for that to mean something. */
export const isAbove = ({ interval: [low], differingGroups }: PairedDifference): boolean =>
  low > 0 && differingGroups >= FEWEST_DIFFERING_GROUPS;

/** Likewise, below 0. */
export const isBelow = ({ interval: [, high], differingGroups }: PairedDifference): boolean =>
  high < 0 && differingGroups >= FEWEST_DIFFERING_GROUPS;
