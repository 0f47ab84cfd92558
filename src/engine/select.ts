import type { Engine, EngineName, EngineOptions } from './engine.js';

export interface EngineChoice {
  readonly engine: Engine;
  /** Why this engine, in one line for people. */
  readonly reason: string;
}

/**
 * Starts an engine. `auto` takes the embedded one, which does all that there is to do; tensorflow is a choice.
 *
 * @throws UserError `engine_unavailable`, with what fixes it, when the engine does not load on this machine.
 */
export async function selectEngine(
  requested: 'auto' | EngineName,
  options: EngineOptions = {},
): Promise<EngineChoice> {
  switch (requested) {
    case 'auto':
      return { engine: await startOnnx(options), reason: 'onnx, the embedded engine' };
    case 'onnx':
      return { engine: await startOnnx(options), reason: 'onnx, as asked' };
    case 'tensorflow':
      return { engine: await startTensorflow(), reason: 'tensorflow, as asked' };
  }
}

async function startOnnx(options: EngineOptions): Promise<Engine> {
  const { createOnnxEngine } = await import('./onnx/onnx-engine.js');
  return createOnnxEngine(options);
}

async function startTensorflow(): Promise<Engine> {
  const { createTensorflowEngine } = await import('./tensorflow/tensorflow-engine.js');
  return createTensorflowEngine();
}
