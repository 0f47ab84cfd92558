import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { clipstep, projectFolder } from '../support/cli.js';

let cwd: string;
beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'clipstep-names-'));
});
afterAll(() => rm(cwd, { recursive: true }));

describe('in an empty folder', () => {
  it('a model that ships answers by its name', async () => {
    const input = join(projectFolder, 'datasets/motion/samples/open/open-0002');
    const { code, stdout, stderr } = await clipstep(['classify', input, '--model', 'motion', '--json'], {
      cwd,
    });
    expect(stderr).toBe('');
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ model: join(projectFolder, 'models/motion') });
  });

  it('models and pipelines list what ships', async () => {
    const models = await clipstep(['models'], { cwd });
    expect(models.stdout).toMatch(/^motion\n {2}Says how .*\n {2}8 classes: approach, brighten, /m);
    const pipelines = await clipstep(['pipelines'], { cwd });
    expect(pipelines.stdout).toMatch(
      /^surveillance\n {2}Tells fights .*\n {2}mobilenet-v1 0\.25, weights: hub; /m,
    );
  });

  it.each([
    [['train', 'survaillance'], /There is no pipeline survaillance.*\nDid you mean surveillance\?/],
    [['evaluate', 'moton'], /There is no model moton.*\nDid you mean motion\?/],
    [
      ['train', 'surveillance', '--weights', 'moton', '--data', '.'],
      /There is no model moton.*\nDid you mean motion\?/,
    ],
  ])('an unknown name is answered with the nearest: %j', async (args, words) => {
    const { code, stderr } = await clipstep(args, { cwd });
    expect(stderr).toMatch(words);
    expect(code).not.toBe(0);
  });
});
