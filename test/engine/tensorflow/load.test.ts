import { spawn } from 'node:child_process';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import type { Tensor1D, Tensor4D } from '@tensorflow/tfjs-core';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { mobileNetBlocks } from '../../../src/encoder/mobilenet.js';
import { convolutionLayer } from '../../../src/engine/tensorflow/convolution.js';
import { loadTensorflow, tensorflowStatus } from '../../../src/engine/tensorflow/load.js';
import { SIZE, v1 } from '../../support/tiny-clips.js';

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
      const stem = mobileNetBlocks(v1)[0]!.layers[0]!;
      const input: Tensor4D = tf.ones([64, SIZE, SIZE, 3]);
      const kernel: Tensor4D = tf.ones([3, 3, 3, stem.outputs]);
      const bias: Tensor1D = tf.fill([stem.outputs], -20);
      const layer = () => convolutionLayer(tf, stem, { input, kernel, bias, isInputFixed: true });
      const differentiate = () =>
        tf.tidy(() => tf.valueAndGrads(layer)([kernel, bias]).grads[0]!.dataSync<'float32'>());
      const expected = differentiate();
      // Node counts them between two turns only: fewer than have interrupted the computation.
      while (signals < 300) {
        expect(Buffer.compare(Buffer.from(differentiate().buffer), Buffer.from(expected.buffer))).toBe(0);
        await setImmediate();
      }
      tf.dispose([input, kernel, bias]);
    });
  });
});
