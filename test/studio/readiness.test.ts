import { describe, expect, it } from 'vitest';
import type { ClipFacts } from '../../src/studio/clip-checks.js';
import type { ClipListing, StoredClip } from '../../src/studio/clip-folder.js';
import { readinessOf } from '../../src/studio/readiness.js';
import { usableClips } from '../../src/studio/usable-clips.js';

const pipeline = { split: { validation: 0.15, test: 0.2 }, seed: 1 };

/** Clips that are groups of their own, `a/0` and so on. */
function listing(counts: Record<string, number>): ClipListing {
  const clips = Object.entries(counts).flatMap(([label, count]) =>
    Array.from({ length: count }, (_, index) => clip(`${label}/${index}`)),
  );
  return { labels: Object.keys(counts), clips };
}

function clip(exampleId: string, group = exampleId): StoredClip {
  const [label = '', name = ''] = exampleId.split('/');
  const about = { id: exampleId, exampleId, label, name, group, path: `/clips/${exampleId}` };
  return { ...about, isGrouped: group !== exampleId, version: '1', bytes: 1, isFolder: false };
}

const read: ClipFacts = { seconds: 1, problem: null, same: [] };
const broken: ClipFacts = { seconds: null, problem: 'It is damaged.', same: [] };
const copyOf = (exampleId: string): ClipFacts => ({ ...read, same: [{ exampleId, isFile: true }] });
const likeness = (exampleId: string): ClipFacts => ({ ...read, same: [{ exampleId, isFile: false }] });

/** @param facts of clips about which there is something to know. */
function judge(clips: ClipListing, facts: Record<string, ClipFacts> = {}) {
  const usable = usableClips(clips, ({ exampleId }) => facts[exampleId] ?? read);
  return readinessOf(clips, { pipeline, usable });
}

describe('clips are enough to train on', () => {
  it('where each class has a recording for each part of the split', () => {
    expect(judge(listing({})).problem).toMatch(/^Add two classes/);
    expect(judge(listing({ a: 3 })).problem).toMatch(/^Add a second class/);
    expect(judge(listing({ a: 3, b: 0 })).problem).toBe('Add clips to “b” first.');
    expect(judge(listing({ a: 3, b: 0, c: 0, d: 1 })).problem).toBe(
      'Add clips to “b” and 2 other classes first.',
    );
    expect(judge(listing({ a: 3, b: 1, c: 2 })).problem).toMatch(
      /^Record “b” \(and 1 other class\) on 2 more occasions/,
    );
    expect(judge(listing({ a: 3, b: 3 })).problem).toBe(null);
  });

  it('only where these are separate', () => {
    const { labels, clips } = listing({ a: 3 });
    const together = ['b/0', 'b/1', 'b/2'].map((id) => clip(id, 'take'));
    expect(judge({ labels: [...labels, 'b'], clips: [...clips, ...together] }).problem).toMatch(
      /^Record “b” on 2 more occasions/,
    );
  });

  it.each([
    ['broken', { 'b/0': broken }],
    ['in two classes', { 'b/0': copyOf('a/0'), 'a/0': copyOf('b/0') }],
    ['copies', { 'b/0': copyOf('b/1'), 'b/1': copyOf('b/0') }],
  ])('without those that are %s', (_, facts) => {
    const { problem, warnings } = judge(listing({ a: 4, b: 3 }), facts);
    expect(problem).toMatch(/^Record “b” on 1 more occasion: /);
    expect(warnings).toEqual([expect.stringMatching(/^(1 clip is|2 clips are) left out: /)]);
    expect(judge(listing({ a: 4, b: 4 }), facts).problem).toBe(null);
  });

  it('with those that only look alike', () => {
    expect(judge(listing({ a: 3, b: 3 }), { 'b/0': likeness('a/0'), 'a/0': likeness('b/0') }).problem).toBe(
      null,
    );
  });
});

describe('a test', () => {
  it('that is too small to say anything is said to be so', () => {
    expect(judge(listing({ a: 10, b: 10 })).warnings).toEqual([
      'The test will be small: 4 clips from 4 recordings. Even if all are right, the true figure may be as low as 51 %. Record each class on more occasions for a test that says more.',
    ]);
  });

  it('that is large enough is not', () => {
    expect(judge(listing({ a: 25, b: 25 })).warnings).toEqual([]);
  });

  it('is not missed where the pipeline asks for none', () => {
    const clips = listing({ a: 4, b: 4 });
    const about = { pipeline: { ...pipeline, split: { validation: 0.2, test: 0 } }, usable: clips.clips };
    expect(readinessOf(clips, about).warnings).toEqual([]);
  });
});
