import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { Example } from '../../src/datasets/dataset.js';
import { partitionByHash } from '../../src/datasets/partition-by-hash.js';

const example = (group: string, label: number): Example => ({
  id: `${group} ${label}`,
  path: '',
  label,
  group,
});
const namesOf = (part: readonly Example[]) => part.map(({ group }) => group);
const byHash = (names: readonly string[]) =>
  names.toSorted((one, other) => (digest(one) < digest(other) ? -1 : 1));
const digest = (name: string) => createHash('sha256').update(name).digest('hex');

const names = Array.from({ length: 25 }, (_, index) => `name ${index}`);
const SHARES = [0.8, 0.1, 0.1];

describe('partitionByHash', () => {
  it('gives the first by hash to the second part, those after them to the third, halves rounded to even', () => {
    const parts = partitionByHash(
      names.map((name) => example(name, 0)),
      SHARES,
    );
    const ordered = byHash(names);
    expect(parts.map((part) => part.length)).toEqual([21, 2, 2]);
    expect(new Set(namesOf(parts[1]!))).toEqual(new Set(ordered.slice(0, 2)));
    expect(new Set(namesOf(parts[2]!))).toEqual(new Set(ordered.slice(2, 4)));
  });

  it('has a group with all its classes in one part', () => {
    const both = names.flatMap((name) => [example(name, 0), example(name, 1)]);
    const only = names.map((name) => example(`only ${name}`, 1));
    const parts = partitionByHash([...both, ...only], SHARES);
    for (const [index, part] of parts.entries()) {
      const others = new Set(parts.flatMap((other, at) => (at === index ? [] : namesOf(other))));
      expect(namesOf(part).filter((name) => others.has(name))).toEqual([]);
    }
    expect(parts.map((part) => part.length)).toEqual([63, 6, 6]);
  });

  it('deals a set of classes out with its first class where few have it', () => {
    const few = names.slice(0, 5).flatMap((name) => [example(`both ${name}`, 0), example(`both ${name}`, 1)]);
    const parts = partitionByHash([...names.map((name) => example(name, 0)), ...few], SHARES);
    const ordered = byHash([...names, ...names.slice(0, 5).map((name) => `both ${name}`)]);
    expect(new Set(namesOf(parts[1]!))).toEqual(new Set(ordered.slice(0, 3)));
  });
});
