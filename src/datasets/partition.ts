import { random } from '../random.js';
import type { Example } from './dataset.js';

/**
 * Deals examples out to parts of the given shares, which sum to 1, without tearing a group apart: seeded,
 * and each class in each part as near its share as whole groups allow. First each part gets a group of each
 * class, as long as there are any, the parts in their order; then every group goes where it helps most, the
 * largest first (greedy, as in scikit-learn's StratifiedGroupKFold).
 *
 * @returns the parts in the order of the shares, each in the order of the examples; a part whose share is 0
 *   is empty, and others are where groups run out.
 */
export function partitionByGroup(
  examples: readonly Example[],
  options: { shares: readonly number[]; seed: number },
): Example[][] {
  const groups = groupsOf(examples, options.seed);
  const totals = sum(groups.map((group) => group.counts));
  const parts = options.shares.map((share): Part => ({ share, groups: [], counts: totals.map(() => 0) }));
  const waiting = new Set(groups);
  const give = (part: Part, group: Group) => {
    waiting.delete(group);
    part.groups.push(group);
    group.counts.forEach((count, label) => {
      part.counts[label]! += count;
    });
  };
  for (const { part, label } of placesToFill(parts, groups)) {
    if (part.counts[label]! > 0) continue;
    const candidates = [...waiting].filter((group) => group.counts[label]! > 0);
    const best = lowest(candidates, (group) => misfit(part, { group, totals }));
    if (best) give(part, best);
  }
  for (const group of [...waiting].sort((one, other) => other.size - one.size)) {
    const open = parts.filter((part) => part.share > 0);
    give(lowest(open, (part) => misfit(part, { group, totals }))!, group);
  }
  return parts.map((part) => {
    const names = new Set(part.groups.map((group) => group.name));
    return examples.filter((example) => names.has(example.group));
  });
}

interface Group {
  readonly name: string;
  readonly size: number;
  /** Examples of each class. */
  readonly counts: readonly number[];
}

interface Part {
  readonly share: number;
  readonly groups: Group[];
  readonly counts: number[];
}

/** In an order drawn from the seed, so that equally good choices differ from seed to seed. */
function groupsOf(examples: readonly Example[], seed: number): Group[] {
  const classes = examples.reduce((most, example) => Math.max(most, example.label + 1), 0);
  const counts = new Map<string, number[]>();
  for (const { group, label } of examples) {
    const groupCounts = counts.get(group) ?? Array.from({ length: classes }, () => 0);
    groupCounts[label]! += 1;
    counts.set(group, groupCounts);
  }
  const groups = [...counts].map(([name, groupCounts]) => ({
    name,
    size: groupCounts.reduce((total, count) => total + count, 0),
    counts: groupCounts,
  }));
  return random(seed, 'split').shuffle(groups);
}

/** Every part that wants examples with every class, the classes with the fewest groups first. */
function placesToFill(
  parts: readonly Part[],
  groups: readonly Group[],
): Array<{ part: Part; label: number }> {
  const groupCounts = sum(groups.map(({ counts }) => counts.map((count) => Number(count > 0))));
  const labels = [...groupCounts.keys()].sort((one, other) => groupCounts[one]! - groupCounts[other]!);
  return parts.filter((part) => part.share > 0).flatMap((part) => labels.map((label) => ({ part, label })));
}

/**
 * How much farther from its share of each class a part gets by taking a group: the change of the sum of
 * squared differences, each class counted relative to its total. Below 0 when it gets nearer.
 */
function misfit(part: Part, { group, totals }: { group: Group; totals: readonly number[] }): number {
  return totals.reduce((change, total, label) => {
    if (total === 0) return change;
    const before = part.counts[label]! / total - part.share;
    const after = before + group.counts[label]! / total;
    return change + after ** 2 - before ** 2;
  }, 0);
}

function lowest<T>(items: readonly T[], cost: (item: T) => number): T | undefined {
  let best: { item: T; cost: number } | undefined;
  for (const item of items) {
    const itemCost = cost(item);
    if (!best || itemCost < best.cost) best = { item, cost: itemCost };
  }
  return best?.item;
}

function sum(rows: ReadonlyArray<readonly number[]>): number[] {
  const [first = []] = rows;
  return first.map((_, column) => rows.reduce((total, row) => total + row[column]!, 0));
}
