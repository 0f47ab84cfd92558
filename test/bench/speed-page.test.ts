import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { scaleChart } from '../../scripts/scale-chart.js';
import { figuresFileSchema, stepsRunsOf, wholeRunsOf, withFigures } from '../../scripts/speed-page.js';
import { stepsChart } from '../../scripts/steps-chart.js';
import { projectFolder } from '../support/cli.js';

const docs = join(projectFolder, 'docs');
const page = await readFile(join(docs, 'speed.md'), 'utf8');
const figures = figuresFileSchema.parse(JSON.parse(await readFile(join(docs, 'speed.json'), 'utf8')));

it('docs/speed.md has the figures of docs/speed.json; `npm run docs:generate` writes it anew', async () => {
  await expect(withFigures(page, figures)).toMatchFileSnapshot(join(docs, 'speed.md'));
});

it('and draws how commands grow with the number of clips', async () => {
  await expect(scaleChart(wholeRunsOf(figures.benches))).toMatchFileSnapshot(join(docs, 'images/scale.svg'));
});

it('and draws how recipes grow better with the steps that they train', async () => {
  await expect(stepsChart(stepsRunsOf(figures.benches))).toMatchFileSnapshot(join(docs, 'images/steps.svg'));
});

it('compares with the faster peer, and with the packaged ffmpeg where there is another', () => {
  const numbers = (milliseconds: number, clipsPerSecond: number) => ({
    milliseconds,
    ratio: 1,
    clipsPerSecond,
  });
  const batch = {
    name: 'batch',
    title: 'Clips',
    figures: [
      { name: 'Clipstep', numbers: numbers(1000, 4) },
      { name: 'Clipstep, packaged ffmpeg', numbers: numbers(800, 5) },
      { name: 'Clipstep, int8', numbers: numbers(500, 8) },
      { name: 'PyTorch 2, threads', numbers: numbers(2400, 1.7) },
      { name: 'PyTorch 2, workers', numbers: numbers(1600, 2.5) },
    ],
  };
  const [before, after] = ['Above.\n\n', '\n\nBelow.\n'];
  const marks = '<!-- figures: npm run docs:generate -->\nold\n<!-- /figures -->';
  const written = withFigures(`${before}${marks}${after}`, { ...figures, benches: [batch] });
  expect(written).toContain('| 5.0 clips a second | 8.0 clips a second | 2.5 clips a second | 2.00 x |');
  expect(written).not.toContain('old');
  expect(written.startsWith(before) && written.endsWith(after)).toBe(true);
});
