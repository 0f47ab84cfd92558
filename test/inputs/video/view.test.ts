import { describe, expect, it } from 'vitest';
import type { Example } from '../../../src/datasets/dataset.js';
import type { Augmentation } from '../../../src/inputs/video/augmentation-schema.js';
import type { FramesInput } from '../../../src/inputs/video/frames-schema.js';
import { clipView } from '../../../src/inputs/video/view.js';

const input: FramesInput = {
  kind: 'frames',
  sampling: { kind: 'uniform', frames: 4 },
  preprocessing: { size: 32, fit: 'squash', kernel: 'linear' },
  streams: [{ kind: 'frames' }],
  fusion: 'concatenate',
  encoder: { architecture: 'mobilenet-v1', alpha: 0.25, pooling: { kind: 'global' }, weights: 'scratch' },
};
const augmentation: Augmentation = {
  views: 4,
  flip: 0.5,
  crop: 0.6,
  colour: { brightness: 0.2, contrast: 0.1, saturation: 0 },
  timeJitter: 0.3,
  speed: [0.5, 1],
  reverse: 0.5,
};
const example = (id: string): Example => ({ id, path: `/${id}`, label: 0, group: id });
const many = (settings: Augmentation) =>
  Array.from({ length: 200 }, (_, index) =>
    clipView({ input, augmentation: settings, seed: 1 }, example(`clip${index}`), 0),
  );

describe('a view of a clip', () => {
  it('is the clip itself in evaluation, whatever training does', () => {
    const segments = { ...input, sampling: { kind: 'segments', frames: 4 } } as const;
    expect(clipView({ input: segments, augmentation, seed: 1 }, example('a'), 'evaluation')).toEqual({
      sampling: { kind: 'uniform', frames: 4 },
    });
  });

  it('is the same whenever it is drawn, and another for each clip, number and seed', () => {
    const draw = (seed: number, id: string, view: number) =>
      JSON.stringify(clipView({ input, augmentation, seed }, example(id), view));
    expect(draw(1, 'a', 0)).toBe(draw(1, 'a', 0));
    const drawn = [draw(1, 'a', 0), draw(1, 'a', 1), draw(1, 'b', 0), draw(2, 'a', 0)];
    expect(new Set(drawn).size).toBe(4);
  });

  it('stays within what is asked for, and reaches most of it', () => {
    const views = many(augmentation);
    const sides = views.map(({ picture }) => picture!.window!.side);
    expect(Math.min(...sides)).toBeGreaterThanOrEqual(0.6);
    expect(Math.min(...sides)).toBeLessThan(0.65);
    for (const { picture } of views) {
      const { left, top, side } = picture!.window!;
      expect(Math.max(left, top) + side).toBeLessThanOrEqual(1);
      expect(picture!.colour).toMatchObject({ saturation: 1 });
      expect(Math.abs(picture!.colour!.brightness - 1)).toBeLessThanOrEqual(0.2);
    }
    const speeds = views.map(({ pace }) => pace!.speed);
    expect(Math.min(...speeds)).toBeGreaterThanOrEqual(0.5);
    expect(Math.max(...speeds)).toBeGreaterThan(0.95);
    for (const share of [
      views.filter(({ isReversed }) => isReversed).length,
      views.filter(({ picture }) => picture!.isMirrored).length,
    ]) {
      expect(share).toBeGreaterThan(70);
      expect(share).toBeLessThan(130);
    }
  });

  it('holds nothing that the draw left as it is, so that it is kept only once', () => {
    const views = new Set(many({ views: 2, flip: 0.5 }).map((view) => JSON.stringify(view)));
    expect([...views].sort()).toEqual([
      '{"sampling":{"kind":"uniform","frames":4},"picture":{"isMirrored":true}}',
      '{"sampling":{"kind":"uniform","frames":4}}',
    ]);
  });

  it('draws the same for a setting when another is added', () => {
    const alone = many({ views: 4, crop: 0.6 }).map(({ picture }) => picture!.window);
    expect(many(augmentation).map(({ picture }) => picture!.window)).toEqual(alone);
  });
});
