import { describe, expect, it } from 'vitest';
import { type ResultRow, type Row, resultRows, type WindowedRow } from '../../../src/predict/batch/row.js';
import { SummaryTally } from '../../../src/predict/batch/summarize-rows.js';

const answer = (
  label: string | null,
): Omit<WindowedRow['windows'][number], 'startSeconds' | 'endSeconds'> => ({
  label,
  probability: 0.8,
  top: [{ label: label ?? 'up', probability: 0.8 }],
  truthProbability: 0.8,
  ...(label === null ? { unknown: { reason: 'unsure' as const, score: 0.8 } } : {}),
});

/** Clips of class up, with a window a second. */
const windowed = (id: string, labels: ReadonlyArray<string | null>): WindowedRow => ({
  id,
  path: `${id}.mp4`,
  truth: 'up',
  windows: labels.map((label, start) => ({ startSeconds: start, endSeconds: start + 1, ...answer(label) })),
  segments: [],
  size: 1,
  sha256: '0',
  milliseconds: { decode: 1, encode: 1, recurrent: 1 },
});

describe('SummaryTally', () => {
  const rows = [windowed('a', ['up', 'down', null]), windowed('b', ['up', 'up'])];

  it.each<[string, ReadonlyArray<Row | ResultRow>]>([
    ['of a journal', rows],
    ['of results', rows.flatMap(resultRows)],
  ])('counts clips as clips and windows as windows, in rows %s', (_, given) => {
    const tally = new SummaryTally();
    for (const row of given) tally.add(row);
    const summary = tally.summary(['down', 'up']);
    expect(summary).toMatchObject({ clips: 2, classified: 2, windows: 5, unknown: 1 });
    expect(summary.labels).toEqual([
      { label: 'up', clips: 3 },
      { label: 'down', clips: 1 },
    ]);
    expect(summary.metrics?.examples).toBe(4);
  });
});
