import { UserError } from '../errors.js';
import type { Engine, EngineName } from './engine.js';

export interface EngineChoice {
  readonly engine: Engine;
  /** Why this engine, in one line for people. */
  readonly reason: string;
}

/**
 * Starts an engine. `auto` takes the embedded one wherever it can do the work, else tensorflow.
 *
 * @throws UserError `engine_unavailable`, with what mends it, when the engine does not load on this machine
 * or cannot do what it is wanted for.
 */
export async function selectEngine(options: {
  requested: 'auto' | EngineName;
  purpose: 'predict' | 'train';
}): Promise<EngineChoice> {
  const { requested, purpose } = options;
  if (requested === 'tensorflow') return { engine: await startTensorflow(), reason: 'tensorflow, as asked' };
  const onnx = await startOnnx();
  const isAble = purpose === 'predict' || onnx.training !== undefined;
  if (requested === 'onnx') {
    if (isAble) return { engine: onnx, reason: 'onnx, as asked' };
    throw new UserError('engine_unavailable', {
      problem: 'The onnx engine was asked to train, but it only predicts.',
      fix: 'Use `--engine tensorflow`; `clipstep install tensorflow` provides it.',
    });
  }
  if (isAble) return { engine: onnx, reason: 'onnx, the embedded engine' };
  return { engine: await startTensorflow(), reason: 'tensorflow, since the embedded engine only predicts' };
}

async function startOnnx(): Promise<Engine> {
  const { createOnnxEngine } = await import('./onnx/onnx-engine.js');
  return createOnnxEngine();
}

async function startTensorflow(): Promise<Engine> {
  const { createTensorflowEngine } = await import('./tensorflow/tensorflow-engine.js');
  return createTensorflowEngine();
}
