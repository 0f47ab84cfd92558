import { describe, expect, it } from 'vitest';
import { parsePipeline } from '../../src/pipeline/pipeline-file.js';
import { trackProgress } from '../../src/studio/run-progress.js';

const pipeline = parsePipeline(
  `
name: progress
input:
  kind: frames
  sampling: { kind: uniform, frames: 4 }
  preprocessing: { size: 32, fit: squash, kernel: linear }
  encoder: { architecture: mobilenet-v1, alpha: 0.25, weights: motion }
recurrent: { cell: lstm, units: 4, readout: mean }
training: { train: recurrent, epochs: 2, batchSize: 4, learningRate: 0.01, networks: 3 }
split: { validation: 0.25, test: 0.25 }
`,
  'progress.yaml',
);

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
