import { describe, expect, it } from 'vitest';
import { EASES, progressAt } from '../../../src/datasets/motion/path.js';
import { type Shape, shapesFor } from '../../../src/datasets/motion/shapes.js';

const PLACES = Array.from({ length: 41 }, (_, index) => (index - 20) / 16);

/** What lies at each place of a grid over [-1.25, 1.25] squared, after a turn: nothing, main or accent. */
function drawn(shape: Shape, { opening = 0, turn = 0 }: { opening?: number; turn?: number }): string[] {
  const layers = shape.layers(opening);
  return PLACES.flatMap((row) =>
    PLACES.map((column) => {
      const x = column * Math.cos(turn) + row * Math.sin(turn);
      const y = row * Math.cos(turn) - column * Math.sin(turn);
      return layers.findLast((layer) => layer.distance(x, y) < 0)?.colours ?? 'nothing';
    }),
  );
}

const count = (places: readonly string[], what: string) => places.filter((place) => place === what).length;

const named = (shapes: readonly Shape[]) => shapes.map((shape) => [shape.name, shape] as const);

describe('the shapes', () => {
  it.each(named([...shapesFor('scale'), ...shapesFor('rotation'), ...shapesFor('opening')]))(
    'cover a fair part of their place: %s',
    (_, shape) => {
      const places = drawn(shape, { opening: 0.1 });
      expect(count(places, 'nothing') / places.length).toBeLessThan(0.88);
    },
  );

  it.each(named(shapesFor('rotation')))('look different after any turn: %s', (_, shape) => {
    const before = drawn(shape, {});
    const object = before.length - count(before, 'nothing');
    for (let degrees = 30; degrees <= 330; degrees += 15) {
      const after = drawn(shape, { turn: (degrees * Math.PI) / 180 });
      const changed = after.filter((place, index) => place !== before[index]).length;
      expect(changed / object).toBeGreaterThan(0.1);
    }
  });

  it.each(named(shapesFor('opening')))(
    'show less of their light part, or spread, as they open: %s',
    (_, shape) => {
      const openings = [0.05, 0.35, 0.65, 0.95].map((opening) => drawn(shape, { opening }));
      const changes = openings.slice(1).map((places, index) => {
        const closer = openings[index]!;
        return places.filter((place, at) => place !== closer[at]).length / places.length;
      });
      for (const change of changes) expect(change).toBeGreaterThan(0.02);
    },
  );
});

describe('progressAt', () => {
  const times = Array.from({ length: 21 }, (_, index) => index / 20);

  it.each(EASES)('runs from 0 to 1 and never back (%s)', (ease) => {
    const path = { restBefore: 0.1, restAfter: 0.05, power: 1.7, ease };
    const progress = times.map((time) => progressAt(path, time));
    expect(progress[0]).toBe(0);
    expect(progress.at(-1)).toBe(1);
    expect(progress).toEqual(progress.toSorted((one, other) => one - other));
  });

  it('eases out as it eases in, the other way round', () => {
    const shared = { restBefore: 0.1, restAfter: 0.1, power: 1.5 };
    for (const time of times) {
      const backwards = 1 - progressAt({ ...shared, ease: 'in' }, 1 - time);
      expect(progressAt({ ...shared, ease: 'out' }, time)).toBeCloseTo(backwards, 12);
    }
  });
});
