import { describe, expect, it } from 'vitest';
import { trackProgress } from '../../src/studio/run-progress.js';
import { tinyPipeline } from '../support/tiny-bundle.js';

const pipeline = { ...tinyPipeline, training: { ...tinyPipeline.training, networks: 3 } };

/** The first step of four, of the second epoch of two. */
const step = (stage: number) =>
  JSON.stringify({ kind: 'step', stage, epoch: 2, epochs: 2, step: 1, steps: 4 });

describe('how far a training is', () => {
  it('counts the networks of a model together', () => {
    const tracker = trackProgress(pipeline);
    expect(tracker.take(step(0))).toBe(true);
    expect(tracker.progress).toMatchObject({ what: 'Learning', done: 5, total: 24 });
    tracker.take(step(2));
    expect(tracker.progress).toMatchObject({ what: 'Learning', done: 21, total: 24 });
  });

  it('is no guess at the time that is left where a training has only just been resumed', () => {
    const tracker = trackProgress(pipeline);
    tracker.take(step(1));
    expect(tracker.progress.secondsLeft).toBe(null);
    tracker.take(step(2));
    expect(tracker.progress.secondsLeft).toEqual(expect.any(Number));
  });
});
