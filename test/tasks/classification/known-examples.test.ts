import { describe, expect, it } from 'vitest';
import { random } from '../../../src/random.js';
import { openDistance, type Shown } from '../../../src/tasks/classification/known-distance.js';
import {
  chooseMaxDistance,
  describeKnown,
  drawKnown,
  MOST_KNOWN,
  unfitKnown,
} from '../../../src/tasks/classification/known-examples.js';

const READOUT = 6;
const stream = random(1, 'known');

/** Of class 0 or 1: far apart along one axis; statistics on a plane of three dimensions, and hardly off it. */
function example(label: number): Shown {
  const readout = Float32Array.from({ length: READOUT }, () => 0.2 * stream.normal());
  readout[label]! += 4;
  const [x, y] = [stream.normal(), 5 * stream.normal()] as const;
  const bright = stream.normal();
  return {
    readout,
    statistics: Float32Array.of(x, y, x + y + 0.01 * stream.normal()),
    scene: Float32Array.of(bright, -bright),
  };
}

const classes = Array.from({ length: 200 }, (_, index) => index % 2);
const others = classes.map(example);
const known = await describeKnown(classes.map(example), { classes, others });
const distance = openDistance(known, READOUT)!;
const limit = chooseMaxDistance(others.map(distance))!;

describe('the distance from what a network was trained on', () => {
  it('is within the limit for the like of it', async () => {
    const lost = classes.map(example).filter((one) => distance(one) > limit);
    expect(lost.length / classes.length).toBeLessThan(0.08);
    expect(limit).toBeGreaterThan(0.7);
    expect(limit).toBeLessThan(2);
  });

  it.each([
    ['a readout between the classes', { readout: [2, 2, 0, 0, 0, 0] }],
    ['a readout in another direction', { readout: [0, 0, 0, 0, 0, 4] }],
    ['statistics off the plane that others are on', { statistics: [1, 1, 0] }],
    ['statistics far out on it', { statistics: [20, 0, 20] }],
    ['frames that look otherwise', { scene: [2, 2] }],
  ])('is beyond the limit for %s', (_name, strange) => {
    const like = { readout: [4, 0, 0, 0, 0, 0], statistics: [0, 0, 0], scene: [0, 0] };
    const distanceOf = ({ readout, statistics, scene }: typeof like) =>
      distance({
        readout: Float32Array.from(readout),
        statistics: Float32Array.from(statistics),
        scene: Float32Array.from(scene),
      });
    expect(distanceOf(like)).toBeLessThan(limit);
    expect(distanceOf({ ...like, ...strange })).toBeGreaterThan(limit);
  });

  it('is longer where several measures say so', async () => {
    const readout = Float32Array.of(4, 0, 0, 0, 0, 0);
    const [usual, odd] = [Float32Array.of(0, 0, 0), Float32Array.of(2, 10, 12)];
    const [plain, bright] = [Float32Array.of(0, 0), Float32Array.of(2, -2)];
    const both = distance({ readout, statistics: odd, scene: bright });
    expect(both).toBeGreaterThan(distance({ readout, statistics: odd, scene: plain }));
    expect(both).toBeGreaterThan(distance({ readout, statistics: usual, scene: bright }));
  });

  it('goes by readouts alone where there is no encoder', async () => {
    const alone = ({ readout }: Shown): Shown => ({ readout });
    const described = await describeKnown(classes.map(example).map(alone), { classes, others: [] });
    const far = openDistance(described, READOUT)!;
    expect(far({ readout: Float32Array.of(4, 0, 0, 0, 0, 0) })).toBeLessThan(1);
    expect(far({ readout: Float32Array.of(0, 0, 0, 0, 0, 4) })).toBeGreaterThan(2);
  });

  it('goes by which tokens follow each other in a text, too, where they are few', async () => {
    const readout = Float32Array.of(4, 0, 0, 0, 0, 0);
    // a b a b ...
    const write = (): Shown => {
      const tokens = Int32Array.from({ length: stream.integer(3, 9) }, (_, index) => index % 2);
      return { readout, tokens };
    };
    const options = { classes, others: classes.map(write) };
    const written = classes.map(write);
    const far = openDistance(await describeKnown(written, { ...options, tokens: 3 }), READOUT)!;
    expect(far({ readout, tokens: Int32Array.of(0, 1, 0, 1, 0) })).toBeLessThan(1);
    expect(far({ readout, tokens: Int32Array.of(1, 1, 0, 0, 1) })).toBeGreaterThan(1.5);
    expect(far({ readout, tokens: Int32Array.of(2, 2, 2) })).toBeGreaterThan(1.5);
    expect((await describeKnown(written, { ...options, tokens: 5000 })).has('known.pairs')).toBe(false);
  });

  it('is a number of a readout without a direction, and of one example that is known', async () => {
    const one = await describeKnown([{ readout: new Float32Array(READOUT) }], { classes: [0], others: [] });
    for (const described of [one, known]) {
      const value = openDistance(described, READOUT)!({
        readout: new Float32Array(READOUT),
        statistics: new Float32Array(3),
        scene: new Float32Array(2),
      });
      expect(value).not.toBeNaN();
    }
  });

  it('is a number, however far an example is', async () => {
    const like = classes.map(() => ({
      readout: Float32Array.of(4, 0, 0, 0, 0, 0),
      scene: new Float32Array(2),
    }));
    const described = await describeKnown(like, { classes, others: like });
    const far = { readout: new Float32Array(READOUT).fill(1e12), scene: new Float32Array(2).fill(1e12) };
    const value = Math.fround(openDistance(described, READOUT)!(far));
    // Of three measures, two as far as is given at all; directions are never far apart.
    expect(value / 1e6).toBeCloseTo((2 / 3) ** (1 / 4), 5);
  });

  it('is none of a network of another readout', async () => {
    expect(openDistance(known, READOUT + 1)).toBeNull();
    expect(openDistance(new Map(), READOUT)).toBeNull();
  });
});

describe('unfitKnown', () => {
  const widths = { readout: READOUT, statistics: 3, scene: 2, tokens: 0 };

  it('finds nothing wrong with what describeKnown gives, nor with nothing', async () => {
    expect(unfitKnown(known, widths)).toBeUndefined();
    expect(unfitKnown(new Map(), widths)).toBeUndefined();
  });

  it('names a tensor of another width, one that is missing, and one that nobody knows', async () => {
    expect(unfitKnown(known, { ...widths, readout: READOUT + 1 })).toMatchObject({ name: 'known.readouts' });
    const [first] = [...known.keys()].filter((name) => name.startsWith('known.statistics'));
    const without = new Map([...known].filter(([name]) => name !== first));
    expect(unfitKnown(without, widths)).toMatchObject({ name: first, found: 'none' });
    const stray = new Map([...known, ['known.more', { shape: [1], data: Float32Array.of(1) }] as const]);
    expect(unfitKnown(stray, widths)).toMatchObject({ name: 'known.more' });
    const units = known.get('known.units')!;
    const zero = new Map([...known, ['known.units', { ...units, data: units.data.with(3, 0) }] as const]);
    expect(unfitKnown(zero, widths)).toEqual({
      name: 'known.units',
      found: '0',
      expected: 'numbers above 0',
    });
  });

  it('refuses pairs of another number of tokens, and counts below 0', async () => {
    const readout = Float32Array.of(1);
    const described = await describeKnown([{ readout, tokens: Int32Array.of(0, 1) }], {
      classes: [0],
      tokens: 2,
      others: [],
    });
    const ofTexts = { readout: 1, statistics: 0, scene: 0, tokens: 2 };
    expect(unfitKnown(described, ofTexts)).toBeUndefined();
    expect(unfitKnown(described, { ...ofTexts, tokens: 3 })).toMatchObject({
      name: 'known.pairs',
      found: 'shape [3,3]',
      expected: 'shape [4,4]',
    });
    const pairs = described.get('known.pairs')!;
    const below = new Map([
      ...described,
      ['known.pairs', { ...pairs, data: pairs.data.with(1, -1) }] as const,
    ]);
    expect(unfitKnown(below, ofTexts)).toEqual({ name: 'known.pairs', found: '-1', expected: 'counts' });
  });
});

describe('chooseMaxDistance', () => {
  it('loses about 5 % of what is like the examples that it is chosen on', async () => {
    const draws = random(1, 'distances');
    const lost = Array.from({ length: 200 }, () => {
      const most = chooseMaxDistance(Array.from({ length: 100 }, () => draws.normal()))!;
      return Array.from({ length: 100 }, () => draws.normal()).filter((value) => value > most).length;
    });
    const mean = lost.reduce((sum, count) => sum + count, 0) / lost.length;
    expect(mean).toBeGreaterThan(4);
    expect(mean).toBeLessThan(6);
  });

  it('is the longest of few, at least 1, and nothing of none', async () => {
    expect(chooseMaxDistance([1.3, 0.1, 0.2])).toBe(1.3);
    expect(chooseMaxDistance([0.3, 0.1, 0.2])).toBe(1);
    const enough = Array.from({ length: 19 }, (_, index) => index / 20);
    expect(chooseMaxDistance(enough)).toBe(0.9);
    expect(chooseMaxDistance([])).toBeUndefined();
  });
});

it('drawKnown draws by the seed, and only from more than it takes', async () => {
  const many = [...Array(MOST_KNOWN + 500).keys()];
  expect(drawKnown(many.slice(0, 10), 1)).toEqual(many.slice(0, 10));
  const drawn = drawKnown(many, 1);
  expect(new Set(drawn).size).toBe(MOST_KNOWN);
  expect(drawn).toEqual(drawKnown(many, 1));
  expect(drawn).not.toEqual(drawKnown(many, 2));
});
