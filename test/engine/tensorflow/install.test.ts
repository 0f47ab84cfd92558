import { mkdtemp, readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { requireBuildTools } from '../../../src/engine/tensorflow/build-tools.js';
import { type InstallPlan, installTensorflow } from '../../../src/engine/tensorflow/install.js';

const hasTools = await requireBuildTools().then(
  () => true,
  () => false,
);

describe.skipIf(process.platform !== 'linux')('installing the tensorflow engine', () => {
  let cache: string;
  beforeEach(async () => {
    cache = await mkdtemp(join(tmpdir(), 'clipstep-'));
    vi.stubEnv('CLIPSTEP_CACHE', cache);
    onTestFinished(() => void vi.unstubAllEnvs());
  });

  it('names every missing tool and what brings them all, before it asks or downloads', async () => {
    vi.stubEnv('PATH', cache);
    const confirm = vi.fn();
    await expect(installTensorflow({ confirm })).rejects.toMatchObject({
      code: 'missing_tool',
      problem: expect.stringMatching(/npm --version.*fails/),
      fix: expect.stringContaining('apt-get install npm python3 python3-pip make g++'),
    });
    expect(confirm).not.toHaveBeenCalled();
    expect(await readdir(cache)).toEqual([]);
  });

  it('says what a tool that is there but does not run answered', async () => {
    const broken = { executable: 'ls', arguments: ['/nowhere'], purpose: 'ls', debian: 'coreutils' };
    await expect(requireBuildTools([broken])).rejects.toMatchObject({
      problem: expect.stringMatching(/`ls \/nowhere` fails: .*nowhere/),
    });
  });

  describe.skipIf(!hasTools)('with all tools', () => {
    it('shows what it would download, and does nothing when that is declined', async () => {
      const plans: InstallPlan[] = [];
      const confirm = async (plan: InstallPlan) => plans.push(plan) === 0;
      const outcome = await installTensorflow({ confirm });
      expect(outcome.kind).toBe('declined');
      expect(outcome.folder.startsWith(cache)).toBe(true);
      expect(plans[0]!.downloads.every(({ bytes }) => bytes > 1e6)).toBe(true);
      expect(await readdir(cache)).toEqual([]);
    });

    it('leaves nothing behind when it is interrupted', async () => {
      const interruption = new AbortController();
      const steps: string[] = [];
      const installing = installTensorflow({
        confirm: async () => true,
        onProgress: (step) => {
          steps.push(step);
          setTimeout(() => interruption.abort(), 300);
        },
        signal: interruption.signal,
      });
      await expect(installing).rejects.toMatchObject({ code: 'aborted' });
      expect(steps).toHaveLength(1);
      expect(await readdir(join(cache, 'tensorflow'))).toEqual([]);
    });
  });
});
