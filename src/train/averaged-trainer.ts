import { STEP_COUNT, withoutPrefix } from '../engine/adam-names.js';
import type {
  Classification,
  SequenceScore,
  StepResult,
  Trainer,
  TrainerOptions,
  TrainingOperations,
  TrainingStep,
} from '../engine/engine.js';
import type { FrameBatch, SequenceBatch } from '../inputs/batches.js';
import type { States } from '../network/states.js';
import { movedToward } from '../tensors/moved-toward.js';
import { requireTensor, type Tensor, type Weights } from '../tensors/tensor.js';

/**
 * A trainer that steps as others do, but gives and answers with an exponential moving average of its weights:
 *
 *     mean <- mean + (1 - decay) / (1 - decay^t) (w - mean)        t counts steps from 1
 *
 * It is of the weights after each step alone. Without the divisor, which is that of Adam's moments, the weights before the
 * first step would have a large share in it for as long as a short stage lasts.
 *
 * @param decay above 0, below 1.
 */
export async function averagedTrainer(
  training: TrainingOperations,
  options: TrainerOptions,
  decay: number,
): Promise<Trainer> {
  const create = (weights: Weights) => training.createTrainer({ ...options, weights });
  return new AveragedTrainer(await create(options.weights), { create, decay });
}

class AveragedTrainer implements Trainer {
  readonly #trainer: Trainer;
  readonly #create: (weights: Weights) => Promise<Trainer>;
  readonly #decay: number;
  #stepCount = 0;
  /** Never changed in place. Null before the first step. */
  #mean: Weights | null = null;
  /** Another trainer that has the mean as its weights, once somebody asks what these answer. */
  #evaluation: Promise<Trainer> | null = null;

  constructor(trainer: Trainer, options: { create: (weights: Weights) => Promise<Trainer>; decay: number }) {
    this.#trainer = trainer;
    this.#create = options.create;
    this.#decay = options.decay;
  }

  async step(step: TrainingStep): Promise<StepResult> {
    const result = await this.#trainer.step(step);
    this.#stepCount++;
    const share = (1 - this.#decay) / (1 - this.#decay ** this.#stepCount);
    const weights = await this.#trainer.weights();
    this.#mean = this.#mean ? movedToward(this.#mean, weights, share) : weights;
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
    if (!this.#mean) return this.#trainer.weights();
    return new Map([...this.#mean].map(([name, tensor]) => [name, copyOf(tensor)]));
  }

  async state(): Promise<Weights> {
    const mean = [...(this.#mean ?? [])].map(([name, tensor]) => [`${MEAN}${name}`, copyOf(tensor)] as const);
    return new Map([...(await this.#trainer.state()), ...mean]);
  }

  async restore(state: Weights): Promise<void> {
    await this.#trainer.restore(state);
    this.#stepCount = requireTensor(state, STEP_COUNT, [1]).data[0]!;
    this.#mean = this.#stepCount > 0 ? withoutPrefix(state, MEAN) : null;
    await this.#forgetEvaluation();
  }

  async release(): Promise<void> {
    await this.#trainer.release();
    await this.#forgetEvaluation();
  }

  #currentEvaluation(): Promise<Trainer> {
    this.#evaluation ??= this.weights().then(this.#create);
    return this.#evaluation;
  }

  async #forgetEvaluation(): Promise<void> {
    const evaluation = this.#evaluation;
    this.#evaluation = null;
    await (await evaluation)?.release();
  }
}

/** What the names of the mean's weights begin with in the state. */
const MEAN = 'mean.';

const copyOf = ({ shape, data }: Tensor): Tensor => ({ shape, data: data.slice() });
