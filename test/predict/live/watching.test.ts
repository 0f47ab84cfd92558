import { expect, it } from 'vitest';
import type { SequenceBatch } from '../../../src/inputs/batches.js';
import { framesSchema } from '../../../src/inputs/video/frames-schema.js';
import { LabelEvents } from '../../../src/predict/live/label-events.js';
import { LatestFrames } from '../../../src/predict/live/latest-frames.js';
import { LiveAnswers } from '../../../src/predict/live/live-answers.js';
import type { WatchEvent } from '../../../src/predict/live/watch-options.js';
import { Watching } from '../../../src/predict/live/watching.js';

const input = framesSchema.parse({
  kind: 'frames',
  sampling: { kind: 'uniform', frames: 2 },
  preprocessing: { size: 32, fit: 'squash', kernel: 'linear' },
  encoder: { architecture: 'mobilenet-v1', alpha: 0.25, weights: 'scratch' },
});

/** Watches frames with these stamps, which come as fast as they are taken. */
async function watchStamps(stamps: readonly number[]) {
  const said: WatchEvent[] = [];
  const labels = ['calm', 'wild'];
  const answers = new LiveAnswers({
    model: {
      classify: async (_: SequenceBatch) => ({
        logits: Float32Array.of(0, 5),
        readout: new Float32Array(0),
      }),
      eachFrame: false,
    },
    labels,
    limits: { minProbability: 0 },
    top: 1,
    events: new LabelEvents(labels, { enter: 0.8, leave: 0.5 }),
    onEvent: (event) => said.push(event),
  });
  const encoder = new LatestFrames(async ({ pixels }) => Float32Array.from(pixels), { capacity: 4 });
  const watching = new Watching({
    input,
    windowing: { windowSeconds: 1, strideSeconds: 1 },
    encoder,
    answers,
    onFailure: (error) => {
      throw error;
    },
  });
  for (const timeSeconds of stamps) {
    await watching.take({ timeSeconds, isKeyframe: true, pixels: Uint8Array.of(1) });
  }
  await watching.end('ended');
  return { said, answers, encoder };
}

const stamps = (from: number, seconds: number) =>
  Array.from({ length: seconds * 10 }, (_, index) => from + index / 10);

it('answers all windows of what comes faster than it was shot, and drops nothing', async () => {
  const { said, answers, encoder } = await watchStamps(stamps(0, 20));
  expect(said.filter(({ kind }) => kind === 'window')).toHaveLength(20);
  expect([answers.dropped, encoder.dropped]).toEqual([0, 0]);
});

it.each([
  ['back', [...stamps(100, 3), ...stamps(0, 3)]],
  ['far ahead', [...stamps(0, 3), ...stamps(5000, 3)]],
])('begins anew, on one line of time, where the stamps go %s', async (_, both) => {
  const { said } = await watchStamps(both);
  expect(said.map(({ kind }) => kind)).toEqual([
    ...['window', 'start', 'window', 'window', 'end'],
    ...['window', 'start', 'window', 'window', 'end'],
  ]);
  const starts = said.flatMap((event) => (event.kind === 'window' ? [event.startSeconds - both[0]!] : []));
  expect(starts.map((seconds) => Math.round(seconds))).toEqual([0, 1, 2, 3, 4, 5]);
  const reasons = said.flatMap((event) => (event.kind === 'end' ? [event.reason] : []));
  expect(reasons).toEqual(['lost', 'ended']);
});

it('passes over frames that are stamped as ones before', async () => {
  const { said } = await watchStamps(stamps(0, 2).flatMap((stamp) => [stamp, stamp, stamp - 0.05]));
  expect(said.filter(({ kind }) => kind === 'window')).toHaveLength(2);
});
