import type { FeatureBatch, FrameBatch } from '../../../inputs/batches.js';
import { foldStandardization } from '../../../network/standardize.js';
import type { Weights } from '../../../tensors/tensor.js';
import type {
  Classification,
  Engine,
  FrameEncoder,
  SequenceClassifier,
  TrainerOptions,
} from '../../engine.js';
import { placeFeatures, validFrames } from './frames.js';

/** The networks under some weights, as they predict. It owns them until `release`. */
export class Evaluation {
  readonly #options: TrainerOptions;
  readonly #encoder: FrameEncoder | null;
  readonly #classifier: SequenceClassifier;

  private constructor(
    options: TrainerOptions,
    networks: { encoder: FrameEncoder | null; classifier: SequenceClassifier },
  ) {
    this.#options = options;
    this.#encoder = networks.encoder;
    this.#classifier = networks.classifier;
  }

  static async load(
    engine: Pick<Engine, 'loadEncoder' | 'loadClassifier'>,
    options: TrainerOptions,
    weights: Weights,
  ): Promise<Evaluation> {
    const { network, standardization } = options;
    const own = standardization ? foldStandardization(network, weights, standardization) : weights;
    const classifier = await engine.loadClassifier(network, own);
    const encoder = options.encoder ? await engine.loadEncoder(options.encoder.network, weights) : null;
    return new Evaluation(options, { encoder, classifier });
  }

  async classify(batch: FeatureBatch | FrameBatch): Promise<Classification> {
    if (batch.kind === 'features') return this.#classifier.classify(batch);
    if (!this.#encoder) throw new Error('A trainer without an encoder was given frames');
    const { lengths, timesteps } = batch;
    const features = await this.#encoder.encode(validFrames(batch).data);
    const { data } = placeFeatures([features], batch, this.#options.network.inputs);
    return this.#classifier.classify({ kind: 'features', data, lengths, timesteps });
  }

  async release(): Promise<void> {
    await this.#encoder?.release();
    await this.#classifier.release();
  }
}
