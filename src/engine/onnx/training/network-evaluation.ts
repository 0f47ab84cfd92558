import type { FeatureBatch, FrameBatch, SequenceBatch } from '../../../inputs/batches.js';
import { foldStandardization } from '../../../network/standardize.js';
import type { States } from '../../../network/states.js';
import type { Weights } from '../../../tensors/tensor.js';
import type {
  Classification,
  Engine,
  FrameEncoder,
  SequenceClassifier,
  SequenceModel,
  SequenceScore,
  TrainerOptions,
} from '../../engine.js';
import { placeFeatures, validFrames } from './frame-feeds.js';

/** What it needs of its engine. */
export type PredictingEngine = Pick<Engine, 'loadEncoder' | 'loadClassifier' | 'loadSequenceModel'>;

/** The networks under some weights, as they predict, each loaded when it is first asked for. It owns them until `release`. */
export class Evaluation {
  readonly #engine: PredictingEngine;
  readonly #options: TrainerOptions;
  readonly #weights: Weights;
  #encoder: Promise<FrameEncoder> | undefined;
  #classifier: Promise<SequenceClassifier> | undefined;
  #model: Promise<SequenceModel> | undefined;

  constructor(engine: PredictingEngine, options: TrainerOptions, weights: Weights) {
    this.#engine = engine;
    this.#options = options;
    this.#weights = weights;
  }

  async classify(batch: SequenceBatch | FrameBatch): Promise<Classification> {
    this.#classifier ??= this.#engine.loadClassifier(this.#options.network, this.#recurrentWeights());
    const classifier = await this.#classifier;
    return classifier.classify(batch.kind === 'frames' ? await this.#encode(batch) : batch);
  }

  async score(batch: SequenceBatch, classes: Int32Array, states?: States): Promise<SequenceScore> {
    this.#model ??= this.#engine.loadSequenceModel(this.#options.network, this.#recurrentWeights());
    return (await this.#model).score(batch, classes, states);
  }

  async release(): Promise<void> {
    for (const network of [this.#encoder, this.#classifier, this.#model]) await (await network)?.release();
  }

  async #encode(batch: FrameBatch): Promise<FeatureBatch> {
    const { network, encoder } = this.#options;
    if (!encoder) throw new Error('A trainer without an encoder was given frames');
    this.#encoder ??= this.#engine.loadEncoder(encoder.network, this.#weights);
    const { lengths, timesteps } = batch;
    const features = await (await this.#encoder).encode(validFrames(batch).data);
    const { data } = placeFeatures([features], batch, network.inputs);
    return { kind: 'features', data, lengths, timesteps };
  }

  #recurrentWeights(): Weights {
    const { network, standardization } = this.#options;
    return standardization ? foldStandardization(network, this.#weights, standardization) : this.#weights;
  }
}
