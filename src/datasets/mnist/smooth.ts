import type { GlyphPoint, GlyphStroke } from './digit-glyphs.js';

/** Points on the curve from one point of a skeleton to the next: some 1.5 pixels apart at 20 pixels' height. */
const STEPS = 4;

/** The curve through a stroke's points (Catmull and Rom 1974). */
export function smooth(stroke: GlyphStroke): GlyphPoint[] {
  const at = (index: number) => stroke[Math.min(Math.max(index, 0), stroke.length - 1)]!;
  const curve: GlyphPoint[] = [];
  for (let index = 0; index < stroke.length - 1; index++) {
    const [before, from, to, after] = [at(index - 1), at(index), at(index + 1), at(index + 2)];
    for (let step = 0; step < STEPS; step++) {
      const share = step / STEPS;
      curve.push({
        x: catmullRom([before.x, from.x, to.x, after.x], share),
        y: catmullRom([before.y, from.y, to.y, after.y], share),
      });
    }
  }
  return [...curve, at(stroke.length - 1)];
}

function catmullRom([before, from, to, after]: [number, number, number, number], share: number): number {
  const slope = to - before;
  const bend = 2 * before - 5 * from + 4 * to - after;
  const twist = 3 * from - before - 3 * to + after;
  return from + 0.5 * share * (slope + share * (bend + share * twist));
}
