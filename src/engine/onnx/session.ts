import type { InferenceSession, Tensor as OrtTensor } from 'onnxruntime-node';
import type { EngineOptions } from '../engine.js';
import type { Graph } from './graph.js';
import { isLent, type LentValues } from './lent-array.js';
import { encodeModel } from './onnx-model.js';

export type OnnxRuntime = typeof import('onnxruntime-node');

/** Values in row-major order and their shape: what an input of a run holds, or where an output goes. */
export interface Feed {
  readonly data: Float32Array | Uint8Array | Int32Array;
  readonly shape: readonly number[];
}

export interface SessionOptions extends EngineOptions {
  /** Take kernels that multiply int8 in more than 16 bits; several times slower where they are not needed. */
  readonly wideProducts?: boolean;
  /** Where the model is written as it was optimized: for this onnxruntime, on processors with registers of this size. */
  readonly optimizedPath?: string;
  /** The model was written so. */
  readonly isOptimized?: boolean;
}

/** What a graph asks of its session. */
export type GraphOptions = Pick<SessionOptions, 'wideProducts'>;

/** A graph that is compiled. It owns native memory until it is released; releasing twice is harmless. */
export interface Session {
  readonly inputNames: ReadonlySet<string>;
  /**
   * @param feeds One for each of the graph's inputs, by name.
   * @returns float32 values of each of the graph's outputs, by name, belonging to the caller.
   */
  run(feeds: Readonly<Record<string, Feed>>): Promise<Record<string, Float32Array>>;
  release(): Promise<void>;
}

/** A session that trains: what is large it reads and writes in place. */
export interface TrainingSession extends Session {
  /**
   * @param targets Where outputs are written, by name; the others get new memory.
   * @returns The other outputs.
   */
  run(
    feeds: Readonly<Record<string, Feed | LentValues>>,
    targets?: Readonly<Record<string, LentValues>>,
  ): Promise<Record<string, Float32Array>>;
}

/** Compiles a graph, for the caller to release. */
export type OpenSession<S extends Session = Session> = (graph: Graph, options?: GraphOptions) => Promise<S>;

/** A session of onnxruntime in this thread, which it blocks while it computes. */
export class OnnxSession implements TrainingSession {
  readonly #runtime: OnnxRuntime;
  readonly #session: InferenceSession;
  #release: Promise<void> | undefined;

  private constructor(runtime: OnnxRuntime, session: InferenceSession) {
    this.#runtime = runtime;
    this.#session = session;
  }

  static open(runtime: OnnxRuntime, graph: Graph, options: SessionOptions): Promise<OnnxSession> {
    return OnnxSession.openModel(runtime, encodeModel(graph), options);
  }

  /** @param model The bytes of an ONNX model. */
  static async openModel(
    runtime: OnnxRuntime,
    model: Uint8Array,
    options: SessionOptions,
  ): Promise<OnnxSession> {
    const {
      threads,
      sharesCores = false,
      wideProducts = false,
      optimizedPath,
      isOptimized = false,
    } = options;
    const session = await runtime.InferenceSession.create(model, {
      executionProviders: ['cpu'],
      graphOptimizationLevel: isOptimized ? 'disabled' : 'all',
      // Within a run, a thread without work spins, since the next op comes in microseconds, unless others want its
      // core. After a run all sleep.
      // x64quantprecision: see SessionOptions.
      extra: {
        session: {
          intra_op: { allow_spinning: sharesCores ? '0' : '1' },
          force_spinning_stop: '1',
          x64quantprecision: wideProducts ? '1' : '0',
        },
      },
      ...(threads === undefined ? {} : { intraOpNumThreads: threads }),
      ...(optimizedPath === undefined ? {} : { optimizedModelFilePath: optimizedPath }),
    });
    return new OnnxSession(runtime, session);
  }

  get inputNames(): ReadonlySet<string> {
    return new Set(this.#session.inputNames);
  }

  /** Onnxruntime computes right in the arrays of feeds and targets, nothing is copied. */
  async run(
    feeds: Readonly<Record<string, Feed | LentValues>>,
    targets: Readonly<Record<string, Feed | LentValues>> = {},
  ): Promise<Record<string, Float32Array>> {
    if (this.#release) throw new Error('This network was released and cannot run any more');
    const tensor = (feed: Feed | LentValues) => toTensor(this.#runtime, isLent(feed) ? inPlace(feed) : feed);
    const inputs = Object.entries(feeds).map(([name, feed]) => [name, tensor(feed)]);
    const outputs = this.#session.outputNames.map((name) => {
      const target = targets[name];
      return [name, target ? tensor(target) : null];
    });
    const results = await this.#session.run(Object.fromEntries(inputs), Object.fromEntries(outputs));
    return Object.fromEntries(
      Object.entries(results)
        .filter(([name]) => !targets[name])
        // Every output of our graphs is float32, for which onnxruntime gives a Float32Array.
        .map(([name, tensor]) => [name, tensor.data as Float32Array]),
    );
  }

  release(): Promise<void> {
    this.#release ??= this.#session.release();
    return this.#release;
  }
}

const inPlace = ({ data, shape }: LentValues): Feed => ({ data: data.data, shape });

/** The type is given by name, since onnxruntime does not take a Buffer for the Uint8Array that it is. */
function toTensor({ Tensor }: OnnxRuntime, { data, shape }: Feed): OrtTensor {
  if (data instanceof Float32Array) return new Tensor('float32', data, shape);
  if (data instanceof Int32Array) return new Tensor('int32', data, shape);
  return new Tensor('uint8', data, shape);
}
