import { describe, expect, it } from 'vitest';
import { filmStrip } from '../../src/report/film-strip.js';

const film = {
  kind: 'film' as const,
  pictures: ['AAAA', 'BBBB', 'CCCC', 'DDDD'],
  timesSeconds: [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7],
};
const top = [
  { label: '<jump>', probability: 0.875 },
  { label: 'fall & rise', probability: 0.1 },
];
const strip = (attention?: readonly number[]) => filmStrip({ film, label: '<jump>', top, attention });

describe('a film strip', () => {
  it('has the answer, the frames and when each is on screen', () => {
    const picture = strip();
    expect(picture).toContain('&lt;jump&gt;</tspan><tspan dx="10">87.5 %</tspan>');
    expect(picture).toContain('fall &amp; rise 10.0 %');
    expect([...picture.matchAll(/base64,(\w+)"/g)].map(([, data]) => data)).toEqual(film.pictures);
    expect([...picture.matchAll(/>(\d\.\d) s</g)].map(([, time]) => time)).toEqual([
      '0.1',
      '0.3',
      '0.5',
      '0.7',
    ]);
    expect(picture).not.toContain('class="bar"');
  });

  it('has a bar for each timestep, the highest where the network attends most', () => {
    const attention = [0.05, 0.05, 0.05, 0.05, 0.05, 0.6, 0.1, 0.05];
    const heights = [...strip(attention).matchAll(/class="bar".*height="([\d.]+)"/g)].map(([, height]) =>
      Number(height),
    );
    expect(heights).toHaveLength(8);
    expect(heights.indexOf(Math.max(...heights))).toBe(5);
    expect(heights[0]! / heights[5]!).toBeCloseTo(0.05 / 0.6, 1);
  });

  it('refers to nothing outside of itself', () => {
    expect(strip().replace('http://www.w3.org/2000/svg', '')).not.toMatch(/https?:|url\(/);
  });
});
