import type { Bundle } from '../../bundle/bundle.js';
import type { Pipeline } from '../../config.js';
import type { Cache } from '../../data/cache.js';
import type { Example } from '../../data/scan.js';
import type { Engine } from '../../engine/engine.js';
import { loadClassifiers } from '../../engine/members.js';
import {
  assess,
  inOrder,
  predictedClasses,
  type Scored,
  type Scorer,
  scoreExamples,
  shuffledOrder,
} from '../evaluate/evaluate.js';
import { openFeatures } from '../features.js';
import { readsOrder } from '../ladder/ladder.js';
import type { TrainEvent } from '../train/events.js';
import type { Comparison } from './quantize.js';

interface Run {
  readonly pipeline: Pipeline;
  readonly cache: Cache;
  readonly onEvent: (event: TrainEvent) => void;
  readonly signal?: AbortSignal;
}

interface Models {
  readonly float32: Bundle;
  readonly int8: Bundle;
  readonly engine: Engine;
  readonly test: readonly Example[];
}

/** Scores both models on the same clips; null when there are none, or none can be read. */
export async function compareModels(run: Run, models: Models): Promise<Comparison | null> {
  const { test } = models;
  const before = await score(run, { ...models, bundle: models.float32 });
  const after = await score(run, { ...models, bundle: models.int8 });
  const { examples } = after;
  if (test.length === 0 || examples.length === 0) return null;
  const { labels, pipeline } = models.int8.manifest;
  const assessed = (logits: Float32Array) => assess({ examples, logits, labels, seed: pipeline.seed });
  const [first, second] = [before, after].map(({ logits }) =>
    predictedClasses(logits.get('network')!, labels.length),
  ) as [number[], number[]];
  const int8 = assessed(after.logits.get('network')!);
  const shuffled = after.logits.get('shuffled');
  return {
    float32: assessed(before.logits.get('network')!),
    int8,
    shuffledAccuracy: shuffled ? assessed(shuffled).accuracy : int8.accuracy,
    agreement: first.filter((label, index) => label === second[index]).length / examples.length,
  };
}

async function score(run: Run, options: Models & { bundle: Bundle }): Promise<Scored<string>> {
  const { engine, bundle, test } = options;
  const { networks, members, manifest } = bundle;
  const features = await openFeatures({ ...run, networks }, { engine, members });
  const classifier = await loadClassifiers(engine, { networks, members, temperature: manifest.temperature });
  const scorers = new Map<string, Scorer>([['network', inOrder(classifier)]]);
  if (readsOrder(run.pipeline, test)) {
    scorers.set('shuffled', shuffledOrder(classifier, run.pipeline.seed));
  }
  try {
    return await scoreExamples({
      ...{ examples: test, read: features.read, scorers },
      onClip: (done) => run.onEvent({ kind: 'reading', what: 'test', done, total: test.length }),
    });
  } finally {
    await classifier.release();
    await features.release();
  }
}
