import { spawn } from 'node:child_process';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { callKernel } from '../../../src/engine/tensorflow/kernels.js';
import { loadTensorflow, tensorflowStatus } from '../../../src/engine/tensorflow/load.js';

const status = await tensorflowStatus();

describe('loading TensorFlow', () => {
  // Where npm could install it, there is always one.
  it.skipIf(status.kind === 'available' && status.source === 'npm')(
    'says what to do where there is none',
    async () => {
      vi.stubEnv('CLIPSTEP_CACHE', await mkdtemp(join(tmpdir(), 'clipstep-')));
      onTestFinished(() => void vi.unstubAllEnvs());
      const problem = expect.stringContaining('Cannot find module');
      const fix = expect.stringContaining('clipstep install tensorflow');
      await expect(loadTensorflow()).rejects.toMatchObject({ code: 'engine_unavailable', problem, fix });
      expect(await tensorflowStatus()).toMatchObject({ kind: 'unavailable', problem, fix });
    },
  );

  describe.skipIf(status.kind === 'unavailable')('where it is installed', () => {
    it('tells the versions', () => {
      expect(status).toMatchObject({
        tfjsNodeVersion: expect.stringMatching(/^\d+\.\d+\.\d+$/),
        tensorflowVersion: expect.stringMatching(/^\d+\.\d+\.\d+$/),
      });
    });

    it('computes with the tensorflow backend', async () => {
      const { tf } = await loadTensorflow();
      expect(tf.getBackend()).toBe('tensorflow');
    });

    it('survives signals that arrive while it computes', async () => {
      const { tf } = await loadTensorflow();
      let signals = 0;
      const count = () => signals++;
      process.on('SIGWINCH', count);
      const script = `setInterval(() => { for (let i = 0; i < 5; i++) process.kill(${process.pid}, 'SIGWINCH'); }, 1)`;
      const sender = spawn(process.execPath, ['--eval', script], { stdio: 'ignore' });
      onTestFinished(() => {
        sender.kill();
        process.off('SIGWINCH', count);
      });
      const inputs = [tf.ones([64, 20, 20, 3]), tf.tensor1d([3, 3, 3, 8], 'int32'), tf.ones([64, 10, 10, 8])];
      // With padding in numbers, the op uses the matrix product that is the problem.
      const attributes = {
        strides: { int: [1, 2, 2, 1] },
        padding: 'EXPLICIT',
        explicit_paddings: { int: [0, 0, 0, 1, 0, 1, 0, 0] },
      };
      const differentiate = () =>
        tf.tidy(() => callKernel(tf, 'Conv2DBackpropFilter', { inputs, attributes })[0]!.dataSync());
      const expected = differentiate();
      // Node counts them between two turns only: fewer than have interrupted the computation.
      while (signals < 1000) {
        expect(differentiate()).toEqual(expected);
        await setImmediate();
      }
      tf.dispose(inputs);
    });
  });
});
