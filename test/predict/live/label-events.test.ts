import { expect, it } from 'vitest';
import { LabelEvents } from '../../../src/predict/live/label-events.js';

const thresholds = { enter: 0.8, leave: 0.5 };
const window = (at: number) => ({ startSeconds: at, endSeconds: at + 2 });

/** What is said of windows one after the other, each by the probability of the second of two classes. */
function eventsOf(wild: ReadonlyArray<number | null>) {
  const events = new LabelEvents(['calm', 'wild'], thresholds);
  const said = wild.flatMap((probability, at) =>
    events.take(probability === null ? null : [1 - probability, probability], window(at)),
  );
  return { events, said };
}

it('says when a class begins and when it ends, in the middle of the windows that tell', () => {
  const { said } = eventsOf([0.5, 0.9, 0.6, 0.7, 0.4]);
  expect(said).toEqual([
    { kind: 'start', label: 'wild', probability: 0.9, startSeconds: 2 },
    {
      kind: 'end',
      label: 'wild',
      probability: expect.closeTo((0.9 + 0.6 + 0.7) / 3, 12),
      startSeconds: 2,
      endSeconds: 5,
      reason: 'left',
    },
  ]);
});

it('ends a class before another takes over', () => {
  const { said } = eventsOf([0.9, 0.1]);
  expect(said.map(({ kind, label }) => `${kind} ${label}`)).toEqual(['start wild', 'end wild', 'start calm']);
});

it('ends a class where the source shows nothing that the model knows', () => {
  const { said } = eventsOf([0.9, null, 0.6]);
  expect(said.map(({ kind, label }) => `${kind} ${label}`)).toEqual(['start wild', 'end wild']);
});

it('ends what is shown when no more windows come, with their last one', () => {
  const { events } = eventsOf([0.9, 0.9]);
  expect(events.end('stopped')).toMatchObject([{ kind: 'end', endSeconds: 3, reason: 'stopped' }]);
  expect(events.end('stopped')).toEqual([]);
});
