import { mobileNetParameters } from '../../../encoder/encoder-parameters.js';
import { foldScales } from '../../../encoder/trained-parameters.js';
import type { FrameBatch, SequenceBatch } from '../../../inputs/batches.js';
import type { States } from '../../../network/states.js';
import { requireTensor, type Tensor, type Weights } from '../../../tensors/tensor.js';
import type {
  Classification,
  EngineOptions,
  SequenceScore,
  StepResult,
  Trainer,
  TrainerOptions,
  TrainingStep,
} from '../../engine.js';
import type { OpenSession } from '../session.js';
import { SessionPool } from '../threads/session-pool.js';
import { type AdamState, emptyState, exportState, importState, initialState } from './adam-state.js';
import { updateFeeds } from './adamw.js';
import { EmbeddingRows } from './embedding-rows.js';
import { GradientArrays } from './gradient-arrays.js';
import { Evaluation, type PredictingEngine } from './network-evaluation.js';
import { totalElements, unpack } from './parameter-layout.js';
import { shardsOf, stepInShards } from './shards.js';
import { TrainerSessions } from './step-sessions.js';
import { type FramesShape, type StepRequest, stepInParts, stepOnFrames, stepOnSequences } from './steps.js';
import {
  frozenWeights,
  type TrainedEncoder,
  type TrainedNetwork,
  trainedNetwork,
} from './trained-network.js';

/** What a trainer needs of its engine. */
export interface TrainerEngine {
  readonly options: EngineOptions;
  /** Networks as they predict, in sessions that are opened so. */
  readonly predicting: (open: OpenSession) => PredictingEngine;
  /** See ops/blocked.ts. */
  readonly block: number;
}

/**
 * Trains a recurrent network, or the encoder with it. What takes long computes in threads of its own, which end with
 * `release`: this one goes on meanwhile.
 */
export class OnnxTrainer implements Trainer {
  readonly #block: number;
  readonly #predicting: PredictingEngine;
  readonly #options: TrainerOptions;
  readonly #trained: TrainedNetwork;
  readonly #sessions: TrainerSessions;
  readonly #gradients: GradientArrays;
  readonly #rows: readonly EmbeddingRows[];
  #encoder: TrainedEncoder | null;
  #state: AdamState;
  /** Where the next step writes: the two states take turns, so that no step allocates or copies. */
  #spare: AdamState;
  #stepCount = 0;
  /** The most sequences and timesteps of frames so far: graphs are compiled for these, and others filled up. */
  #framesShape: FramesShape = { batch: 0, timesteps: 0 };
  /** Under the current weights, once they were asked for. */
  #evaluation: Evaluation | null = null;

  constructor(engine: TrainerEngine, options: TrainerOptions) {
    const threads = new SessionPool(engine.options);
    this.#predicting = engine.predicting(threads.elsewhere.alone);
    this.#block = engine.block;
    this.#options = options;
    this.#trained = trainedNetwork(options);
    this.#sessions = new TrainerSessions(threads);
    this.#gradients = new GradientArrays(totalElements(this.#trained.parameters));
    const { weights, optimizer } = options;
    this.#rows = this.#trained.tables.map((table) => new EmbeddingRows(table, weights, optimizer));
    this.#encoder = this.#encoderWith(options.weights);
    this.#state = initialState(this.#trained.parameters, options.weights);
    this.#spare = emptyState(this.#trained.parameters);
  }

  async step({ batch, learningRate, ...step }: TrainingStep): Promise<StepResult> {
    const count = this.#stepCount + 1;
    const result = await this.#run(batch, {
      ...step,
      ...this.#sessions.of(this.#trained, batch),
      trained: this.#trained,
      gradients: this.#gradients,
      state: this.#state,
      next: this.#spare,
      rows: this.#rows,
      learningRate,
      update: updateFeeds(this.#options.optimizer, { step: count, learningRate }),
    });
    [this.#state, this.#spare] = [this.#spare, this.#state];
    this.#stepCount = count;
    await this.#forgetEvaluation();
    return result;
  }

  async classify(batch: SequenceBatch | FrameBatch): Promise<Classification> {
    return (await this.#currentEvaluation()).classify(batch);
  }

  async score(batch: SequenceBatch, classes: Int32Array, states?: States): Promise<SequenceScore> {
    return (await this.#currentEvaluation()).score(batch, classes, states);
  }

  async weights(): Promise<Weights> {
    const trained = unpack(this.#trained.parameters, this.#state.weights.data);
    const tables = this.#rows.flatMap((rows) => [...rows.weights()]);
    return foldScales(this.#withFrozen(new Map([...tables, ...trained])));
  }

  async state(): Promise<Weights> {
    const { batch, timesteps } = this.#framesShape;
    const state = exportState(this.#trained.parameters, this.#state, this.#stepCount);
    return new Map([
      ...this.#rows.flatMap((rows) => [...rows.state()]),
      ...this.#withFrozen(state),
      ...(batch > 0
        ? [[FRAMES_SHAPE, { shape: [2], data: Float32Array.of(batch, timesteps) }] as const]
        : []),
    ]);
  }

  async restore(exported: Weights): Promise<void> {
    const { state, stepCount } = importState(this.#trained.parameters, exported);
    this.#encoder = this.#encoderWith(exported);
    for (const rows of this.#rows) rows.restore(exported, stepCount);
    this.#state = state;
    this.#stepCount = stepCount;
    const [batch = 0, timesteps = 0] = exported.get(FRAMES_SHAPE)?.data ?? [];
    this.#framesShape = { batch, timesteps };
    // The frozen weights are part of the graphs.
    await this.#sessions.clear();
    await this.#forgetEvaluation();
  }

  async release(): Promise<void> {
    await this.#sessions.release();
  }

  #run(batch: SequenceBatch | FrameBatch, request: StepRequest): Promise<StepResult> {
    if (batch.kind !== 'frames') {
      const shards = shardsOf(this.#trained, batch);
      return shards.length > 1 ? stepInShards(request, { batch, shards }) : stepOnSequences(request, batch);
    }
    const encoder = this.#encoder;
    if (!encoder) throw new Error('A trainer without an encoder was given frames');
    const shape = {
      batch: Math.max(this.#framesShape.batch, batch.lengths.length),
      timesteps: Math.max(this.#framesShape.timesteps, batch.timesteps),
    };
    this.#framesShape = shape;
    const frames = shape.batch * shape.timesteps;
    const partCount = Math.ceil(frames / encoder.framesPerMicroBatch);
    if (partCount === 1) return stepOnFrames(request, encoder, { batch, shape });
    return stepInParts(request, encoder, { batch, framesPerPart: Math.ceil(frames / partCount) });
  }

  #encoderWith(weights: Weights): TrainedEncoder | null {
    const { encoder } = this.#options;
    if (!encoder) return null;
    const { network, framesPerMicroBatch } = encoder;
    const block = this.#block;
    return { network, frozen: frozenWeights(encoder, weights), framesPerMicroBatch, block };
  }

  /** The parameters in the order in which the networks declare them, and what comes after them. */
  #withFrozen(trained: Weights): Weights {
    const encoder = this.#encoder;
    if (!encoder) return trained;
    const all = new Map([...encoder.frozen, ...trained]);
    const first = mobileNetParameters(encoder.network).map(({ name, shape }): [string, Tensor] => [
      name,
      { shape, data: requireTensor(all, name, shape).data.slice() },
    ]);
    return new Map([...first, ...trained]);
  }

  async #currentEvaluation(): Promise<Evaluation> {
    this.#evaluation ??= new Evaluation(this.#predicting, this.#options, await this.weights());
    return this.#evaluation;
  }

  async #forgetEvaluation(): Promise<void> {
    const evaluation = this.#evaluation;
    this.#evaluation = null;
    await evaluation?.release();
  }
}

/**
 * Part of the state, since graphs of different shapes add up in different orders: a training that goes on
 * with others would come to the same weights but for their last bits.
 */
const FRAMES_SHAPE = 'onnx.frames_shape';
