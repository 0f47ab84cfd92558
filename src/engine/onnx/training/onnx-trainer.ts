import type { FeatureBatch, FrameBatch } from '../../../data/batches.js';
import { requireTensor, type Tensor, type Weights } from '../../../tensors/tensor.js';
import type {
  Classification,
  Engine,
  StepResult,
  Trainer,
  TrainerOptions,
  TrainingStep,
} from '../../engine.js';
import type { Graph } from '../graph.js';
import type { Feed, OnnxSession } from '../session.js';
import { updateFeeds } from './adamw.js';
import { targetsFeed } from './loss.js';
import { decayMask, type Piece, pack, recurrentPieces, unpack } from './parameter-layout.js';
import { featuresFeed, recurrentFeeds } from './recurrent-feeds.js';
import { featuresStepGraph } from './step-graph.js';

/** Everything that is trained and the optimizer's moments, each [elements]; see parameter-layout.ts. */
interface AdamState {
  readonly weights: Float32Array;
  readonly firstMoment: Float32Array;
  readonly secondMoment: Float32Array;
}

/** What a trainer needs of its engine. */
export interface TrainerEngine extends Pick<Engine, 'loadEncoder' | 'loadClassifier'> {
  open(graph: Graph): Promise<OnnxSession>;
}

/** Trains a recurrent network. Owns onnxruntime's sessions until `release`. */
export class OnnxTrainer implements Trainer {
  readonly #engine: TrainerEngine;
  readonly #options: TrainerOptions;
  readonly #pieces: readonly Piece[];
  #session: Promise<OnnxSession> | undefined;
  #stepCount = 0;
  #state: AdamState;
  /** Where the next step writes: the two states take turns, so that no step allocates or copies. */
  #spare: AdamState;

  constructor(engine: TrainerEngine, options: TrainerOptions) {
    this.#engine = engine;
    this.#options = options;
    this.#pieces = recurrentPieces(options.network);
    const weights = pack(this.#pieces, options.weights);
    this.#state = { ...zeroState(weights.length), weights };
    this.#spare = zeroState(weights.length);
  }

  async step({ batch, labels, learningRate, dropoutSeed }: TrainingStep): Promise<StepResult> {
    const { network, labelSmoothing, classWeights, optimizer } = this.#options;
    if (batch.kind !== 'features') throw new Error('A trainer without an encoder was given frames');
    const session = await this.#stepSession();
    const step = this.#stepCount + 1;
    const { loss, logits } = await session.run(
      {
        ...stateFeeds(this.#state),
        ...updateFeeds(optimizer, { step, learningRate }),
        ...recurrentFeeds(network, batch, dropoutSeed),
        features: featuresFeed(batch),
        targets: targetsFeed(labels, { classes: network.classes, labelSmoothing, classWeights }),
      },
      stateTargets(this.#spare),
    );
    [this.#state, this.#spare] = [this.#spare, this.#state];
    this.#stepCount = step;
    return { loss: loss![0]!, correct: countCorrect(logits!, labels) };
  }

  async classify(batch: FeatureBatch | FrameBatch): Promise<Classification> {
    if (batch.kind !== 'features') throw new Error('A trainer without an encoder was given frames');
    const classifier = await this.#engine.loadClassifier(this.#options.network, await this.weights());
    try {
      return await classifier.classify(batch);
    } finally {
      await classifier.release();
    }
  }

  async weights(): Promise<Weights> {
    return unpack(this.#pieces, this.#state.weights);
  }

  async state(): Promise<Weights> {
    const step: Tensor = { shape: [1], data: Float32Array.of(this.#stepCount) };
    const moment = (prefix: string, flat: Float32Array) =>
      [...unpack(this.#pieces, flat)].map(([name, tensor]): [string, Tensor] => [`${prefix}${name}`, tensor]);
    return new Map([
      ...(await this.weights()),
      ...moment(FIRST_MOMENT, this.#state.firstMoment),
      ...moment(SECOND_MOMENT, this.#state.secondMoment),
      [STEP_COUNT, step],
    ]);
  }

  async restore(state: Weights): Promise<void> {
    this.#stepCount = requireTensor(state, STEP_COUNT, [1]).data[0]!;
    this.#state = {
      weights: pack(this.#pieces, state),
      firstMoment: pack(this.#pieces, withoutPrefix(state, FIRST_MOMENT)),
      secondMoment: pack(this.#pieces, withoutPrefix(state, SECOND_MOMENT)),
    };
  }

  async release(): Promise<void> {
    await (await this.#session)?.release();
  }

  #stepSession(): Promise<OnnxSession> {
    const { network, optimizer, clipNorm } = this.#options;
    this.#session ??= this.#engine.open(
      featuresStepGraph(network, this.#pieces, { optimizer, clipNorm, decayMask: decayMask(this.#pieces) }),
    );
    return this.#session;
  }
}

const FIRST_MOMENT = 'adam.m.';
const SECOND_MOMENT = 'adam.v.';
const STEP_COUNT = 'adam.step';

function withoutPrefix(state: Weights, prefix: string): Weights {
  const named = [...state].filter(([name]) => name.startsWith(prefix));
  return new Map(named.map(([name, tensor]) => [name.slice(prefix.length), tensor]));
}

const zeroState = (elements: number): AdamState => ({
  weights: new Float32Array(elements),
  firstMoment: new Float32Array(elements),
  secondMoment: new Float32Array(elements),
});

const vector = (data: Float32Array): Feed => ({ data, shape: [data.length] });

const stateFeeds = ({ weights, firstMoment, secondMoment }: AdamState): Record<string, Feed> => ({
  weights: vector(weights),
  first_moment: vector(firstMoment),
  second_moment: vector(secondMoment),
});

const stateTargets = ({ weights, firstMoment, secondMoment }: AdamState): Record<string, Feed> => ({
  next_weights: vector(weights),
  next_first_moment: vector(firstMoment),
  next_second_moment: vector(secondMoment),
});

function countCorrect(logits: Float32Array, labels: Int32Array): number {
  const classes = logits.length / labels.length;
  return labels.filter((label, row) => {
    const scores = logits.subarray(row * classes, (row + 1) * classes);
    return scores.indexOf(Math.max(...scores)) === label;
  }).length;
}
