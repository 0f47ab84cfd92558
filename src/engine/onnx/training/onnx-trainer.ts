import { mobileNetParameters } from '../../../encoder/parameters.js';
import type { FeatureBatch, FrameBatch } from '../../../inputs/batches.js';
import { requireTensor, type Tensor, type Weights } from '../../../tensors/tensor.js';
import { countCorrect } from '../../count-correct.js';
import type {
  Classification,
  Engine,
  StepResult,
  Trainer,
  TrainerOptions,
  TrainingStep,
} from '../../engine.js';
import type { OpenSession } from '../session.js';
import { type AdamState, emptyState, exportState, importState, initialState } from './adam-state.js';
import { updateFeeds } from './adamw.js';
import { Evaluation } from './evaluation.js';
import { lossFeeds } from './loss.js';
import { unpack } from './parameter-layout.js';
import { Sessions } from './sessions.js';
import {
  type FramesShape,
  type LossAndLogits,
  type StepRequest,
  stepInParts,
  stepOnFeatures,
  stepOnFrames,
} from './steps.js';
import {
  frozenWeights,
  type TrainedEncoder,
  type TrainedNetwork,
  trainedNetwork,
} from './trained-network.js';

/** What a trainer needs of its engine. */
export interface TrainerEngine extends Pick<Engine, 'loadEncoder' | 'loadClassifier'> {
  readonly open: OpenSession;
  /** See ops/blocked.ts. */
  readonly block: number;
}

/** Trains a recurrent network, or the encoder with it. Owns onnxruntime's sessions until `release`. */
export class OnnxTrainer implements Trainer {
  readonly #engine: TrainerEngine;
  readonly #options: TrainerOptions;
  readonly #trained: TrainedNetwork;
  readonly #sessions: Sessions;
  #encoder: TrainedEncoder | null;
  #state: AdamState;
  /** Where the next step writes: the two states take turns, so that no step allocates or copies. */
  #spare: AdamState;
  #stepCount = 0;
  /** The most sequences and timesteps of frames so far: graphs are compiled for these, and others filled up. */
  #framesShape: FramesShape = { batch: 0, timesteps: 0 };
  /** Under the current weights, once they were asked for. */
  #evaluation: Promise<Evaluation> | null = null;

  constructor(engine: TrainerEngine, options: TrainerOptions) {
    this.#engine = engine;
    this.#options = options;
    this.#trained = trainedNetwork(options);
    this.#sessions = new Sessions(engine.open);
    this.#encoder = this.#encoderWith(options.weights);
    this.#state = initialState(this.#trained.parameters, options.weights);
    this.#spare = emptyState(this.#trained.parameters);
  }

  async step({ batch, targets, learningRate, dropoutSeed }: TrainingStep): Promise<StepResult> {
    const { network, optimizer } = this.#options;
    const step = this.#stepCount + 1;
    const { loss, logits } = await this.#run(batch, {
      trained: this.#trained,
      sessions: this.#sessions,
      state: this.#state,
      next: this.#spare,
      wanted: lossFeeds(this.#options.loss, { targets, sequences: batch.lengths.length }),
      update: updateFeeds(optimizer, { step, learningRate }),
      dropoutSeed,
    });
    [this.#state, this.#spare] = [this.#spare, this.#state];
    this.#stepCount = step;
    await this.#forgetEvaluation();
    return { loss, correct: countCorrect(logits, { targets, classes: network.classes }) };
  }

  async classify(batch: FeatureBatch | FrameBatch): Promise<Classification> {
    this.#evaluation ??= Evaluation.load(this.#engine, this.#options, await this.weights());
    return (await this.#evaluation).classify(batch);
  }

  async weights(): Promise<Weights> {
    return this.#withFrozen(unpack(this.#trained.parameters, this.#state.weights));
  }

  async state(): Promise<Weights> {
    const { batch, timesteps } = this.#framesShape;
    const state = exportState(this.#trained.parameters, this.#state, this.#stepCount);
    return new Map([
      ...this.#withFrozen(state),
      ...(batch > 0
        ? [[FRAMES_SHAPE, { shape: [2], data: Float32Array.of(batch, timesteps) }] as const]
        : []),
    ]);
  }

  async restore(exported: Weights): Promise<void> {
    const { state, stepCount } = importState(this.#trained.parameters, exported);
    this.#encoder = this.#encoderWith(exported);
    this.#state = state;
    this.#stepCount = stepCount;
    const [batch = 0, timesteps = 0] = exported.get(FRAMES_SHAPE)?.data ?? [];
    this.#framesShape = { batch, timesteps };
    // The frozen weights are part of the graphs.
    await this.#sessions.release();
    await this.#forgetEvaluation();
  }

  async release(): Promise<void> {
    await this.#sessions.release();
    await this.#forgetEvaluation();
  }

  #run(batch: FeatureBatch | FrameBatch, request: StepRequest): Promise<LossAndLogits> {
    if (batch.kind === 'features') return stepOnFeatures(request, batch);
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
    const { block } = this.#engine;
    return { network, frozen: frozenWeights(encoder, weights), framesPerMicroBatch, block };
  }

  /** The parameters in the order in which the networks declare them, and what comes behind them. */
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

  async #forgetEvaluation(): Promise<void> {
    const evaluation = this.#evaluation;
    this.#evaluation = null;
    await (await evaluation)?.release();
  }
}

/**
 * Part of the state, since graphs of different shapes add up in different orders: a training that goes on
 * with others would come to the same weights but for their last bits.
 */
const FRAMES_SHAPE = 'onnx.frames_shape';
