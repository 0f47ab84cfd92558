import { createHash } from 'node:crypto';
import type { Example } from './dataset.js';

/** A set of classes that fewer groups have is not dealt out by itself, but with its first class. */
const FEWEST_GROUPS = 10;

/**
 * Deals groups out to parts of the given shares, which sum to 1, in the order of the sha256 of their names: the groups of
 * each set of classes by themselves, the second part first, then those after it, what is left to the first. Nothing is
 * drawn, so that the parts are the same for every seed and in every program that goes by the same rule.
 *
 * @returns the parts in the order of the shares, each in the order of the examples.
 */
export function partitionByHash(examples: readonly Example[], shares: readonly number[]): Example[][] {
  const partOf = new Map<string, number>();
  for (const names of strataOf(examples)) {
    const waiting = names.toSorted((one, other) => (sha256(one) < sha256(other) ? -1 : 1));
    const { length } = waiting;
    for (const [index, share] of shares.slice(1).entries()) {
      for (const name of waiting.splice(0, roundHalfToEven(share * length))) partOf.set(name, index + 1);
    }
  }
  return shares.map((_, part) => examples.filter(({ group }) => (partOf.get(group) ?? 0) === part));
}

/** The names of the groups that are dealt out together. */
function strataOf(examples: readonly Example[]): string[][] {
  const labelsOf = new Map<string, Set<number>>();
  for (const { group, label } of examples) labelsOf.set(group, (labelsOf.get(group) ?? new Set()).add(label));
  const sets = new Map<string, string[]>();
  for (const [group, labels] of labelsOf)
    add(sets, [...labels].sort((one, other) => one - other).join(), [group]);
  const strata = new Map<string, string[]>();
  for (const [set, groups] of sets) {
    add(strata, groups.length >= FEWEST_GROUPS ? set : set.split(',')[0]!, groups);
  }
  return [...strata.values()];
}

function add(lists: Map<string, string[]>, key: string, names: readonly string[]): void {
  const list = lists.get(key) ?? [];
  lists.set(key, list);
  for (const name of names) list.push(name);
}

const sha256 = (name: string): string => createHash('sha256').update(name).digest('hex');

/** Halves to the even neighbour (IEEE 754), as Python rounds, so that the same parts come of the same rule there. */
function roundHalfToEven(value: number): number {
  const rounded = Math.round(value);
  return value % 1 === 0.5 && rounded % 2 === 1 ? rounded - 1 : rounded;
}
