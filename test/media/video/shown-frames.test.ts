import { expect, it } from 'vitest';
import { shownStamp } from '../../../src/media/video/shown-frames.js';

it.each([
  ['[info] 0.000000', { stamp: 0, isKeyframe: false }],
  ['[info] 1.000000', { stamp: 0, isKeyframe: true }],
  ['[info] 3200000000000001.000000', { stamp: 1_600_000_000_000_000, isKeyframe: true }],
  // Some sources count from before 0.
  ['[info] -80000.000000', { stamp: -40_000, isKeyframe: false }],
  ['[info] -79999.000000', { stamp: -40_000, isKeyframe: true }],
  ['[Eval @ 0x1] [info] 80001.000000', { stamp: 40_000, isKeyframe: true }],
  ['[info] nan', null],
  ['[error] 1.000000', null],
  ['[info]   Duration: 00:00:02.00, start: 0.000000', null],
])('reads %s', (line, shown) => {
  expect(shownStamp(line)).toEqual(shown);
});
