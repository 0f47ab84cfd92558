import { access, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { type Bundle, loadBundle } from '../../bundle/bundle.js';
import { UserError } from '../../errors.js';
import type { Leak } from '../evaluate/leaks.js';
import { type Prediction, parsePredictions } from '../evaluate/predictions.js';
import { readAdjustedPipeline } from '../train/adjust-pipeline.js';
import { checkpointPath } from '../train/prepare.js';
import { train } from '../train/train.js';
import type { CrossvalidateOptions } from './crossvalidate.js';

export interface FoldPosition {
  /** From 1. */
  readonly repeat: number;
  readonly number: number;
  readonly of: number;
  readonly seed: number;
}

/** A fold that is finished. */
export interface Fold {
  readonly position: FoldPosition;
  readonly bundle: Bundle;
  /** Of its test part. */
  readonly predictions: readonly Prediction[];
  readonly skipped: ReadonlyArray<{ readonly path: string; readonly problem: string }>;
  readonly leaks: readonly Leak[];
}

/** Trains a fold, or goes on with it, or reads it when it is finished. */
export async function runFold(position: FoldPosition, options: CrossvalidateOptions): Promise<Fold> {
  const { repeat, number, of, seed } = position;
  const folder = join(options.out, `repeat-${repeat}`, `fold-${number}`);
  const { pipeline, data, weights, engine, signal, onEvent } = options;
  const set = { ...options.set, 'split.fold': `{ number: ${number}, of: ${of} }` };
  const settings = { pipeline, seed, set, ...(weights !== undefined && { weights }) };
  if (!(await exists(folder))) {
    await train({
      ...settings,
      ...{ out: folder, resume: await exists(checkpointPath(folder)) },
      ...(data !== undefined && { data }),
      ...(engine && { engine }),
      ...(signal && { signal }),
      // Leaks are told once, for all folds together.
      onEvent: (event) => event.kind !== 'leaks' && onEvent?.(event),
    });
  }
  const bundle = await loadBundle(folder);
  const expected = JSON.stringify(await readAdjustedPipeline(settings));
  if (JSON.stringify(bundle.manifest.pipeline) !== expected) throw ofAnotherPipeline(folder);
  return { position, bundle, ...(await readResults(bundle)) };
}

const part = z.enum(['train', 'validation', 'test']);

const metricsSchema = z.object({
  leaks: z.array(
    z.object({
      kind: z.enum(['content', 'frames']),
      ids: z.tuple([z.string(), z.string()]),
      parts: z.tuple([part, part]),
    }),
  ),
  skipped: z.array(z.object({ path: z.string(), problem: z.string() })),
});

async function readResults({ folder, manifest }: Bundle): Promise<Omit<Fold, 'position' | 'bundle'>> {
  const path = join(folder, 'predictions.csv');
  const metrics = metricsSchema.parse(JSON.parse(await readFile(join(folder, 'metrics.json'), 'utf8')));
  return {
    predictions: parsePredictions(await readFile(path, 'utf8'), manifest.labels, path),
    ...metrics,
  };
}

function ofAnotherPipeline(folder: string): UserError {
  return new UserError('usage', {
    problem: `The model in ${folder} was trained by another pipeline, seed or number of folds.`,
    fix: 'Resume with what it was begun with, or give another folder with --out.',
  });
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
