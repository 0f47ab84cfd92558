import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { evaluateIntervals, loadBundle } from '../../src/index.js';
import { clipstep, projectFolder } from '../support/cli.js';
import { runFfmpeg } from '../support/numbered-clip.js';

/** Samples with their lengths in seconds. */
const SAMPLES = {
  open: ['open-0001.mp4', 2.334],
  close: ['close-0002.webm', 2.5],
  approach: ['approach-0001.mp4', 1.334],
  recede: ['recede-0001.mp4', 1.667],
  brighten: ['brighten-0001.mp4', 1.8],
  clockwise: ['clockwise-0001.mp4', 2.2],
} as const;

type Label = keyof typeof SAMPLES;

/** Of each in a video, all made as long. */
const CLIP_SECONDS = 2;

let root: string;
let intervals: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'clipstep-intervals-'));
  const rows = [
    ...(await joinSamples('first', ['open', 'approach', 'close', 'recede'])),
    ...(await joinSamples('second', ['brighten', 'open', 'clockwise'])),
  ];
  intervals = join(root, 'intervals.csv');
  await writeFile(intervals, ['path,label,start,end', ...rows].join('\n'));
});
afterAll(() => rm(root, { recursive: true }));

/** Joins samples to one video. @returns rows that say what it shows when. */
async function joinSamples(name: string, labels: readonly Label[]): Promise<string[]> {
  const folder = join(projectFolder, 'datasets/motion/samples');
  const inputs = labels.flatMap((label) => ['-i', join(folder, label, SAMPLES[label][0])]);
  const retimed = labels.map(
    (label, index) =>
      `[${index}:v]setpts=(PTS-STARTPTS)*${CLIP_SECONDS}/${SAMPLES[label][1]},fps=20,trim=end=${CLIP_SECONDS},scale=128:128,setsar=1[${label}]`,
  );
  const joined = `${labels.map((label) => `[${label}]`).join('')}concat=n=${labels.length}:v=1[out]`;
  const filter = [...retimed, joined].join(';');
  const path = join(root, `${name}.mp4`);
  await runFfmpeg([
    ...inputs,
    '-filter_complex',
    filter,
    '-map',
    '[out]',
    '-c:v',
    'libx264',
    '-g',
    '10',
    path,
  ]);
  return labels.map((label, index) => {
    const start = index * CLIP_SECONDS;
    return `${name}.mp4,${label},${start},${start + CLIP_SECONDS}`;
  });
}

const WINDOWS = ['--window', '2', '--stride', '0.5'];

it('finds what videos show when, and says how well', async () => {
  const args = ['evaluate', 'motion', '--intervals', intervals, ...WINDOWS];
  const { code, stdout } = await clipstep([...args, '--json']);
  expect(code).toBe(0);
  const { videos, labelled, found, figures } = JSON.parse(stdout);
  expect({ videos, labelled }).toEqual({ videos: 2, labelled: 7 });
  expect(found[0]).toMatchObject({ video: join(root, 'first.mp4'), label: 'open', startSeconds: 0 });
  expect(figures.map(({ overlap }: { overlap: number }) => overlap)).toEqual([0.3, 0.5, 0.7]);
  expect(figures[0].meanAveragePrecision).toBeGreaterThan(0.6);
  expect(figures[2].meanAveragePrecision).toBeLessThanOrEqual(figures[0].meanAveragePrecision);
  const text = await clipstep(args);
  expect(text.stdout).toContain('7 intervals in 2 videos');
  expect(text.stdout).toMatch(/mean .*7.*%/);
});

it('ends with an interruption, in a sentence', async () => {
  const evaluation = evaluateIntervals(await loadBundle('motion'), {
    intervals,
    windowing: { windowSeconds: 2, strideSeconds: 0.5 },
    signal: AbortSignal.abort(),
  });
  await expect(evaluation).rejects.toMatchObject({
    code: 'aborted',
    problem: 'Interrupted while videos were searched.',
  });
});

it('leaves out a video that cannot be read, and names it', async () => {
  const list = join(root, 'with-broken.csv');
  await writeFile(join(root, 'broken.mp4'), 'no video');
  const rows = ['first.mp4,open,0,1.6', 'broken.mp4,open,0,1.6', 'second.mp4,,,'];
  await writeFile(list, ['path,label,start,end', ...rows].join('\n'));
  const { code, stdout, stderr } = await clipstep(['evaluate', 'motion', '--intervals', list, ...WINDOWS]);
  expect(code).toBe(0);
  expect(stdout).toContain('1 interval in 2 videos');
  expect(stderr).toContain('broken.mp4');
});

it.each([
  ['a class that the model does not know', ['first.mp4,jump,0,1'], WINDOWS, 1, 'none of the model'],
  ['a row without an end', ['first.mp4,open,1,'], WINDOWS, 1, 'a part of what makes an interval'],
  ['no interval at all', ['first.mp4,,,'], WINDOWS, 1, 'no labelled interval'],
  ['no windows', ['first.mp4,open,0,1'], [], 2, 'there are no windows'],
  ['flags of clips', ['first.mp4,open,0,1'], [...WINDOWS, '--calibrate'], 2, '--calibrate'],
] as const)('refuses %s', async (_, rows, flags, exit, problem) => {
  const list = join(root, 'refused.csv');
  await writeFile(list, ['path,label,start,end', ...rows].join('\n'));
  const { code, stderr } = await clipstep(['evaluate', 'motion', '--intervals', list, ...flags]);
  expect(code).toBe(exit);
  expect(stderr).toContain(problem);
});
