import { describe, expect, it } from 'vitest';
import { selectEngine } from '../../src/engine/select.js';
import { tensorflowStatus } from '../../src/engine/tensorflow/load.js';

const hasTensorflow = (await tensorflowStatus()).kind === 'available';

describe('selecting an engine', () => {
  it('takes the embedded engine by itself and says so', async () => {
    const { engine, reason } = await selectEngine('auto');
    expect(engine.name).toBe('onnx');
    expect(engine.version).toMatch(/^\d+\.\d+/);
    expect(reason).toBe('onnx, the embedded engine');
  });

  it('takes the embedded engine when it was asked for', async () => {
    const { engine, reason } = await selectEngine('onnx');
    expect(engine.name).toBe('onnx');
    expect(reason).toBe('onnx, as asked');
  });

  it.runIf(hasTensorflow)('takes tensorflow where it is installed and was asked for', async () => {
    const { engine, reason } = await selectEngine('tensorflow');
    expect(engine.name).toBe('tensorflow');
    expect(reason).toBe('tensorflow, as asked');
  });

  it.skipIf(hasTensorflow)('says what installs tensorflow where it is not', async () => {
    await expect(selectEngine('tensorflow')).rejects.toMatchObject({
      code: 'engine_unavailable',
      fix: expect.stringContaining('clipstep install tensorflow'),
    });
  });
});
