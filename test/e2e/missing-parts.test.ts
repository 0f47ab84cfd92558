import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { clipstep, projectFolder } from '../support/cli.js';

const samples = join(projectFolder, 'datasets/motion/samples');

describe('an installation without the part of sharp for this system', () => {
  const env = { NODE_OPTIONS: `--require "${join(projectFolder, 'test/support/without-sharp-part.cjs')}"` };
  const fix = 'npm install --include=optional';

  it('says so, with what to do, when pictures are to be classified', async () => {
    const { code, stderr } = await clipstep(['classify', join(samples, 'open/open-0002')], { env });
    expect(code).toBe(1);
    expect(stderr).toMatch(/sharp does not load/);
    expect(stderr).toContain(fix);
    expect(stderr).not.toMatch(/^ +at /m);
  });

  it('classifies videos', async () => {
    const video = join(samples, 'approach/approach-0002.mp4');
    const { code, stdout } = await clipstep(['classify', video, '--json'], { env });
    expect(code).toBe(0);
    expect(JSON.parse(stdout).label).toBe('approach');
  });

  it('is found by doctor', async () => {
    const { code, stdout } = await clipstep(['doctor'], { env });
    expect(code).toBe(1);
    expect(stdout).toMatch(/missing +pictures +.*sharp/);
    expect(stdout).toContain(fix);
  });
});

describe('an installation without the packages of the queue', () => {
  it('says so, with what to do, when work is to be put onto one', async () => {
    const hook = pathToFileURL(join(projectFolder, 'test/support/without-bullmq.mjs')).href;
    const { code, stderr } = await clipstep(['status', '--queue', 'redis://localhost', '--name', 'job'], {
      env: { NODE_OPTIONS: `--import "${hook}"` },
    });
    expect(code).toBe(1);
    expect(stderr).toContain("are not installed: Cannot find package 'bullmq'");
    expect(stderr).toContain('npm install bullmq ioredis');
  });
});

describe('an ffmpeg that says its version but decodes nothing', () => {
  it('is found by doctor', async () => {
    const env = { CLIPSTEP_FFMPEG: join(projectFolder, 'test/support/broken-ffmpeg.sh') };
    const { code, stdout } = await clipstep(['doctor'], { env });
    expect(code).toBe(1);
    expect(stdout).toMatch(/missing +ffmpeg +.*open-0001\.mp4/);
  });
});
