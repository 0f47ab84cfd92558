import { expect, it } from 'vitest';
import type { SequenceBatch } from '../../../src/inputs/batches.js';
import { LabelEvents } from '../../../src/predict/live/label-events.js';
import { LiveAnswers } from '../../../src/predict/live/live-answers.js';
import type { LiveWindow } from '../../../src/predict/live/live-windows.js';
import type { WatchEvent } from '../../../src/predict/live/watch-options.js';

/** A model whose second class is as probable as the features say, and what was said of windows. */
function answering() {
  const said: WatchEvent[] = [];
  const read: number[][] = [];
  const labels = ['calm', 'wild'];
  const answers = new LiveAnswers({
    model: {
      classify: async ({ data }: SequenceBatch) => {
        read.push([...data]);
        return { logits: Float32Array.of(0, data[0]!), readout: new Float32Array(0) };
      },
      eachFrame: false,
    },
    labels,
    limits: { minProbability: 0 },
    top: 1,
    events: new LabelEvents(labels, { enter: 0.8, leave: 0.5 }),
    onEvent: (event) => said.push(event),
  });
  return { answers, said, read };
}

const window = (startSeconds: number, features: ReadonlyArray<number | null>): LiveWindow => ({
  startSeconds,
  endSeconds: startSeconds + 2,
  timesteps: features.map((value, index) => ({
    timeSeconds: startSeconds + index,
    features: Promise.resolve(value === null ? null : Float32Array.of(value)),
  })),
});

it('lets the frame before stand for one that was dropped, and says how many were', async () => {
  const { answers, said, read } = answering();
  await answers.answer(window(0, [null, 3, null, 4]));
  expect(read).toEqual([[3, 3, 3, 4]]);
  expect(said[0]).toMatchObject({ kind: 'window', dropped: 2, latestSeconds: 3, top: [{ label: 'wild' }] });
  expect(said[1]).toMatchObject({ kind: 'start', label: 'wild', startSeconds: 1 });
});

it('passes over a window of which no frame is left', async () => {
  const { answers, said } = answering();
  await answers.answer(window(0, [null, null]));
  expect(said).toEqual([]);
  expect(answers.dropped).toBe(1);
});

it('passes over the oldest windows where they come faster than answers', async () => {
  const { answers, said } = answering();
  await Promise.all([0, 1, 2, 3, 4].map((at) => answers.answer(window(at, [1]))));
  const starts = said.flatMap((event) => (event.kind === 'window' ? [event.startSeconds] : []));
  expect(starts).toEqual([3, 4]);
  expect(answers).toMatchObject({ answered: 2, dropped: 3 });
});

it('ends what is shown after all windows are answered', async () => {
  const { answers, said } = answering();
  void answers.answer(window(0, [5]));
  await answers.end('stopped');
  expect(said.map(({ kind }) => kind)).toEqual(['window', 'start', 'end']);
});
