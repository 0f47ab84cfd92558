import type { InferenceSession } from 'onnxruntime-node';
import type { Graph } from './graph.js';
import { encodeModel } from './onnx-model.js';

export type OnnxRuntime = typeof import('onnxruntime-node');

/** What an input of a run holds: values in row-major order and their shape. */
export interface Feed {
  readonly data: Float32Array | Uint8Array | Int32Array;
  readonly shape: readonly number[];
}

/** A graph compiled by onnxruntime. It owns native memory until it is released; releasing twice is harmless. */
export class OnnxSession {
  readonly #runtime: OnnxRuntime;
  readonly #session: InferenceSession;
  #release: Promise<void> | undefined;

  private constructor(runtime: OnnxRuntime, session: InferenceSession) {
    this.#runtime = runtime;
    this.#session = session;
  }

  static async open(
    runtime: OnnxRuntime,
    graph: Graph,
    options: { threads: number | undefined },
  ): Promise<OnnxSession> {
    const session = await runtime.InferenceSession.create(encodeModel(graph), {
      executionProviders: ['cpu'],
      graphOptimizationLevel: 'all',
      ...(options.threads === undefined ? {} : { intraOpNumThreads: options.threads }),
    });
    return new OnnxSession(runtime, session);
  }

  /**
   * @param feeds One for each of the graph's inputs, by name.
   * @returns float32 values of each of the graph's outputs, by name, belonging to the caller.
   */
  async run(feeds: Readonly<Record<string, Feed>>): Promise<Record<string, Float32Array>> {
    if (this.#release) throw new Error('This network was released and cannot run any more');
    const { Tensor } = this.#runtime;
    const tensors = Object.entries(feeds).map(([name, { data, shape }]) => [name, new Tensor(data, shape)]);
    const results = await this.#session.run(Object.fromEntries(tensors));
    return Object.fromEntries(
      // Every output of our graphs is float32, for which onnxruntime gives a Float32Array.
      Object.entries(results).map(([name, tensor]) => [name, tensor.data as Float32Array]),
    );
  }

  release(): Promise<void> {
    this.#release ??= this.#session.release();
    return this.#release;
  }
}
