import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import type { ClassifiedRow, FailedRow } from '../../../src/predict/batch/row.js';
import { readRows, writeBatchFixture } from '../../support/batch-fixture.js';
import { clipstep } from '../../support/cli.js';

/** 3 videos and a broken one, 3 times in 2 classes; 2 frame folders in each class; one without a class. */
export const CLIPS = 4 * 3 * 2 + 4 + 1;
export const BROKEN = 6;

/**
 * A folder with a model and clips, there while the tests of a file run, and `clipstep batch` with that model. What the
 * tests write goes below `root`, too.
 */
export function useBatchFixture() {
  const fixture = { root: '', model: '', clips: '' };
  beforeAll(async () => {
    fixture.root = await mkdtemp(join(tmpdir(), 'clipstep-batch-'));
    Object.assign(fixture, await writeBatchFixture(fixture.root, 3));
  });
  afterAll(() => rm(fixture.root, { recursive: true }));
  const batch = (source: string, args: readonly string[], options: Parameters<typeof clipstep>[1] = {}) =>
    clipstep(['batch', source, '--model', fixture.model, ...args], options);
  return { fixture, batch };
}

/** A row of either kind, whose fields the tests look at one by one. */
type AnyRow = Omit<ClassifiedRow, 'label'> & { label?: string | null } & Pick<FailedRow, 'error'>;

// What a row has not is undefined, which is what the tests then see.
export const rowsOf = async (path: string) => (await readRows(path)) as AnyRow[];
