import { join } from 'node:path';
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

describe('an ffmpeg that says its version but decodes nothing', () => {
  it('is found by doctor', async () => {
    const env = { CLIPSTEP_FFMPEG: join(projectFolder, 'test/support/broken-ffmpeg.sh') };
    const { code, stdout } = await clipstep(['doctor'], { env });
    expect(code).toBe(1);
    expect(stdout).toMatch(/missing +ffmpeg +.*open-0001\.mp4/);
  });
});
