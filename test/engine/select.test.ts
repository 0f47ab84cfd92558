import { describe, expect, it } from 'vitest';
import { selectEngine } from '../../src/engine/select.js';
import { tensorflowStatus } from '../../src/engine/tensorflow/load.js';

const hasTensorflow = (await tensorflowStatus()).kind === 'available';

describe('selecting an engine', () => {
  it('takes the embedded engine for prediction and says so', async () => {
    const { engine, reason } = await selectEngine({ requested: 'auto', purpose: 'predict' });
    expect(engine.name).toBe('onnx');
    expect(engine.version).toMatch(/^\d+\.\d+/);
    expect(reason).toBe('onnx, the embedded engine');
  });

  it('takes the one that was asked for', async () => {
    const { engine, reason } = await selectEngine({ requested: 'onnx', purpose: 'predict' });
    expect(engine.name).toBe('onnx');
    expect(reason).toBe('onnx, as asked');
  });

  it('says what trains instead when the engine that was asked for cannot', async () => {
    await expect(selectEngine({ requested: 'onnx', purpose: 'train' })).rejects.toMatchObject({
      code: 'engine_unavailable',
      fix: expect.stringContaining('clipstep install tensorflow'),
    });
  });

  describe.each(['auto', 'tensorflow'] as const)('%s, for training', (requested) => {
    it.runIf(hasTensorflow)('takes tensorflow where it is installed', async () => {
      const { engine } = await selectEngine({ requested, purpose: 'train' });
      expect(engine.name).toBe('tensorflow');
      expect(engine.training).toBeDefined();
    });

    it.skipIf(hasTensorflow)('says what installs tensorflow where it is not', async () => {
      await expect(selectEngine({ requested, purpose: 'train' })).rejects.toMatchObject({
        code: 'engine_unavailable',
        fix: expect.stringContaining('clipstep install tensorflow'),
      });
    });
  });
});
