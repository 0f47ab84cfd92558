import type { Bundle } from '../bundle/bundle.js';
import type { Engine } from '../engine/engine.js';
import { loadClassifiers } from '../engine/members.js';
import { UserError } from '../errors.js';
import type { Features } from '../predict/features.js';
import { isDescribed } from '../tasks/classification/known-examples.js';
import type { EvaluationEvent } from './evaluation-event.js';
import { listOutliers } from './list-outliers.js';
import { knowsNothing } from './outliers.js';
import { inOrder, scoreExamples } from './score-examples.js';

/** Enough for a share of them to be known to half a point. */
const MOST_DRAWN = 2000;

interface OpenModel {
  readonly bundle: Bundle;
  readonly engine: Engine;
  readonly features: Features;
  readonly onEvent: (event: EvaluationEvent) => void;
  readonly signal: AbortSignal | undefined;
}

/** How far outliers are from what the model was trained on; null where there are none to look at. */
export async function outlierDistances(
  { bundle, engine, features, onEvent, signal }: OpenModel,
  source: string | undefined,
): Promise<number[] | null> {
  if (source === undefined) return null;
  const { networks, members, manifest, folder } = bundle;
  if (!members.every(isDescribed)) throw knowsNothing(folder);
  const examples = await listOutliers(source, {
    pipeline: manifest.pipeline,
    part: 'test',
    most: MOST_DRAWN,
    signal,
    onSkipped: (path, problem) => onEvent({ kind: 'skipped', path, problem }),
  });
  const classifier = await loadClassifiers(engine, { networks, members, temperature: 1 });
  const { distances } = await scoreExamples({
    examples,
    read: features.read,
    scorers: new Map([['network', inOrder(classifier)]]),
    signal,
    onClip: (done) => onEvent({ kind: 'reading', what: 'outliers', done, total: examples.length }),
    onSkipped: (path, problem) => onEvent({ kind: 'skipped', path, problem }),
  }).finally(() => classifier.release());
  const found = distances.get('network');
  if (!found) throw nothingReadable();
  return [...found];
}

/** The error where no example could be scored. */
export function nothingReadable(): UserError {
  return new UserError('bad_dataset', {
    problem: 'None of the examples can be read.',
    fix: 'Fix or replace those that were left out above.',
  });
}
