import type { TokenBatch } from '../../../inputs/batches.js';
import { type ParameterSpec, requireTensor, type Tensor, type Weights } from '../../../tensors/tensor.js';
import { FIRST_MOMENT, SECOND_MOMENT } from '../../adam-names.js';
import type { TrainerOptions } from '../../engine.js';
import type { Feed } from '../session.js';
import { PassedSteps } from './passed-steps.js';
import type { TrainedTable } from './trained-network.js';

/**
 * An embedding's table in training. A step reads and writes the rows of the tokens that are in its batch, with their
 * moments, and no others: what a step costs goes by the batch, not by the vocabulary.
 *
 * It comes to what AdamW over the whole table comes to. There, rows without a gradient move on, too: by momentum, which
 * fades, and by decay. Here they do so when they are next read, for all steps that passed them by (passed-steps.ts).
 * Lazy variants, as PyTorch's SparseAdam, leave these movements out: a word's first gradient, of which momentum makes
 * ten times the movement of one step, would move it by that one step, and rare words would hardly learn.
 */
export class EmbeddingRows {
  readonly #spec: ParameterSpec;
  readonly #prefix: string;
  readonly #tokens: number;
  readonly #width: number;
  #arrays: RowArrays;
  /** Of each token its row in a step, -1 where it is not in it. */
  readonly #places: Int32Array;
  readonly #optimizer: TrainerOptions['optimizer'];
  /** The steps that some rows are behind. */
  #passed: PassedSteps;
  /** The step up to which each row has come. */
  #upTo: Int32Array;

  constructor({ spec, of }: TrainedTable, weights: Weights, optimizer: TrainerOptions['optimizer']) {
    this.#prefix = rowsPrefix(of);
    const [tokens, width] = spec.shape as readonly [number, number];
    this.#spec = spec;
    this.#optimizer = optimizer;
    this.#passed = new PassedSteps(optimizer, { before: 0, learningRates: [] });
    this.#upTo = new Int32Array(tokens);
    this.#tokens = tokens;
    this.#width = width;
    this.#places = new Int32Array(tokens).fill(-1);
    const zeros = () => new Float32Array(tokens * width);
    const table = requireTensor(weights, spec.name, spec.shape).data.slice();
    this.#arrays = { weights: table, first_moment: zeros(), second_moment: zeros() };
  }

  /** The rows that a batch reads; what lies past a sequence's length reads one that is there anyway. */
  select({ data, lengths, timesteps }: TokenBatch): RowSelection {
    const places = new Int32Array(data.length);
    const rows: number[] = [];
    lengths.forEach((length, sequence) => {
      for (let place = sequence * timesteps; place < sequence * timesteps + length; place++) {
        places[place] = this.#placeOf(data[place]!, rows);
      }
    });
    for (const row of rows) this.#places[row] = -1;
    return { rows, places: { data: places, shape: [lengths.length, timesteps] } };
  }

  /** Inputs of a step, `rows_weights` and so on, after the prefix, [rows, width]. */
  feeds({ rows }: RowSelection): Record<string, Feed> {
    const width = this.#width;
    for (const row of rows) this.#catchUp(row);
    const gathered = Object.entries(this.#arrays).map(([name, array]: [string, Float32Array]) => {
      const data = new Float32Array(rows.length * width);
      rows.forEach((row, place) => {
        data.set(array.subarray(row * width, (row + 1) * width), place * width);
      });
      return [`${this.#prefix}${name}`, { data, shape: [rows.length, width] }] as const;
    });
    return Object.fromEntries(gathered);
  }

  /** Takes the outputs of a step at that learning rate, `rows_next_weights` and so on. */
  store(
    { rows }: RowSelection,
    step: { results: Readonly<Record<string, Float32Array>>; learningRate: number },
  ): void {
    const { results, learningRate } = step;
    const width = this.#width;
    this.#passed.add(learningRate);
    for (const row of rows) this.#upTo[row] = this.#passed.last;
    for (const [name, array] of Object.entries<Float32Array>(this.#arrays)) {
      const next = results[`${this.#prefix}next_${name}`]!;
      rows.forEach((row, place) => {
        array.set(next.subarray(place * width, (place + 1) * width), row * width);
      });
    }
  }

  /** The table, all rows of which this brings up to date. */
  weights(): Weights {
    for (let row = 0; row < this.#tokens; row++) this.#catchUp(row);
    this.#passed.forget();
    return new Map([[this.#spec.name, this.#tensor(this.#arrays.weights)]]);
  }

  /**
   * The rows as they are, and the steps that each is behind: brought up to date here, they would go on to other weights,
   * since passing steps in two parts rounds twice.
   */
  state(): Weights {
    const { name } = this.#spec;
    const { weights, first_moment: first, second_moment: second } = this.#arrays;
    return new Map([
      [name, this.#tensor(weights)],
      [`${FIRST_MOMENT}${name}`, this.#tensor(first)],
      [`${SECOND_MOMENT}${name}`, this.#tensor(second)],
      [`${ROW_STEPS}${name}`, { shape: [this.#tokens], data: Float32Array.from(this.#upTo) }],
      [`${LEARNING_RATES}${name}`, inFloat32(this.#passed.learningRates)],
    ]);
  }

  restore(state: Weights, stepCount: number): void {
    const { name, shape } = this.#spec;
    const copy = (prefix: string) => requireTensor(state, `${prefix}${name}`, shape).data.slice();
    this.#arrays = {
      weights: copy(''),
      first_moment: copy(FIRST_MOMENT),
      second_moment: copy(SECOND_MOMENT),
    };
    this.#upTo = Int32Array.from(requireTensor(state, `${ROW_STEPS}${name}`, [this.#tokens]).data);
    const learningRates = inFloat64(requireTensor(state, `${LEARNING_RATES}${name}`));
    const before = stepCount - learningRates.length;
    this.#passed = new PassedSteps(this.#optimizer, { before, learningRates });
  }

  #catchUp(row: number): void {
    const from = this.#upTo[row]!;
    if (from === this.#passed.last) return;
    const { kept, moved, epsilon, firstMoment, secondMoment } = this.#passed.since(from);
    const { weights, first_moment: first, second_moment: second } = this.#arrays;
    const end = (row + 1) * this.#width;
    for (let place = row * this.#width; place < end; place++) {
      const direction = first[place]! / (Math.sqrt(second[place]!) + epsilon);
      weights[place] = weights[place]! * kept - moved * direction;
      first[place]! *= firstMoment;
      second[place]! *= secondMoment;
    }
    this.#upTo[row] = this.#passed.last;
  }

  #placeOf(token: number, rows: number[]): number {
    if (!(token >= 0 && token < this.#tokens)) {
      throw new Error(`Token ${token} is not from 0 to ${this.#tokens - 1}`);
    }
    const known = this.#places[token]!;
    if (known >= 0) return known;
    this.#places[token] = rows.length;
    return rows.push(token) - 1;
  }

  #tensor(data: Float32Array): Tensor {
    return { shape: this.#spec.shape, data: data.slice() };
  }
}

/** What the names of inputs and outputs for rows begin with. */
export const rowsPrefix = (of: TrainedTable['of']): string => (of === 'source' ? 'source_rows_' : 'rows_');

/** Of each row the step up to which it has come, and the learning rates of steps that some rows are behind. */
const ROW_STEPS = 'onnx.row_steps.';
const LEARNING_RATES = 'onnx.learning_rates.';

/** float32 [tokens, width] each, by the names that adamwUpdate gives them. */
type RowArrays = {
  readonly weights: Float32Array;
  readonly first_moment: Float32Array;
  readonly second_moment: Float32Array;
};

export interface RowSelection {
  /** Tokens, each once. */
  readonly rows: readonly number[];
  /** int32 [batch, timesteps]: which of the rows each timestep reads. */
  readonly places: Feed;
}

/** Each number as three, [numbers, 3], the sum of which it is to the bit. */
function inFloat32(numbers: readonly number[]): Tensor {
  const data = numbers.flatMap((number) => {
    const first = Math.fround(number);
    const second = Math.fround(number - first);
    return [first, second, number - first - second];
  });
  return { shape: [numbers.length, 3], data: Float32Array.from(data) };
}

const inFloat64 = ({ data }: Tensor): number[] =>
  Array.from({ length: data.length / 3 }, (_, index) => {
    const [first, second, third] = data.subarray(3 * index, 3 * index + 3);
    return first! + second! + third!;
  });
