import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { clipstep, projectFolder } from '../support/cli.js';
import { sharedFolder } from '../support/shared.js';

const model = join(projectFolder, 'models', 'surveillance');

it('the surveillance model that ships is at most 8 MB', async () => {
  const sizes = await Promise.all(
    (await readdir(model)).map(async (name) => (await stat(join(model, name))).size),
  );
  expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThanOrEqual(8_000_000);
});

it.runIf(sharedFolder)(
  'the surveillance model that ships tells clips that it was trained on apart',
  async () => {
    const folder = join(sharedFolder!, 'datasets', 'surveillance-fight');
    const clips = [1, 2, 3, 4].flatMap((number) => [
      join(folder, 'fight', `fi00${number}.mp4`),
      join(folder, 'noFight', `nofi00${number}.mp4`),
    ]);
    const { stdout, code } = await clipstep(['classify', ...clips, '--model', model, '--json']);
    expect(code).toBe(0);
    const outcomes = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(outcomes).toHaveLength(8);
    const right = outcomes.filter(({ input, label }) => input.includes(`/${label}/`));
    // Most of its networks had them in training; by chance four would be right.
    expect(right.length).toBeGreaterThanOrEqual(7);
  },
);
