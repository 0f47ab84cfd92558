import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { random } from '../../src/random.js';
import { clipstep } from '../support/cli.js';
import { writeTinyLanguagePipeline } from '../support/tiny-text.js';

const MEGABYTES = 100;

/** Says at a process' end how much memory it had at most, in kilobytes. */
const TELLS_MEMORY = `--import=data:text/javascript,${encodeURIComponent(
  "process.on('exit',()=>console.error('most memory',process.resourceUsage().maxRSS))",
)}`;

let root: string;
let data: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'clipstep-large-'));
  data = join(root, 'text.txt');
  const stream = random(1, 'large');
  const file = await open(data, 'w');
  for (let written = 0; written < MEGABYTES; written++) {
    const words = Array.from({ length: 2 ** 17 }, () => `w${stream.integer(0, 50_000).toString(36)}`);
    await file.write(
      words
        .map((word, at) => word + (at % 12 === 0 ? '\n' : ' '))
        .join('')
        .padEnd(1e6, 'a')
        .slice(0, 1e6),
    );
  }
  await file.close();
});
afterAll(() => rm(root, { recursive: true }));

it.each([
  ['characters', ['input.unit=character']],
  ['words', ['input.unit=word', 'input.boundaries=spaces']],
])(
  'a text of 100 MB is trained on by its %s in less than 1 GB',
  async (units, input) => {
    const pipeline = await writeTinyLanguagePipeline(root);
    const others = [
      'input.minCount=2',
      'training.epochs=null',
      'training.steps=3',
      'split.validation=0.0001',
      'split.test=0.0001',
    ];
    const flags = [...input, ...others].flatMap((setting) => ['--set', setting]);
    const args = ['train', pipeline, '--data', data, '--out', join(root, units), ...flags];
    const { code, stderr } = await clipstep(args, { env: { NODE_OPTIONS: TELLS_MEMORY } });
    expect(stderr).toContain('most memory');
    expect(code).toBe(0);
    expect(Number(/most memory (\d+)/.exec(stderr)![1])).toBeLessThan(1_000_000);
  },
  600_000,
);
