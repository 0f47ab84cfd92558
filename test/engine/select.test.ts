import { describe, expect, it } from 'vitest';
import { selectEngine } from '../../src/engine/select.js';

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
});
