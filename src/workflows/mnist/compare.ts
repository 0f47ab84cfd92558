import { join } from 'node:path';
import { shippedPath } from '../../platform/shipped.js';
import { type TrainResult, train } from '../train.js';
import { type MnistOptions, shared } from './train-mnist.js';

/** One network of the comparison, trained. */
export interface Contender {
  readonly name: string;
  readonly result: TrainResult;
}

interface Entry {
  readonly name: string;
  /** Of the model's folder. */
  readonly folder: string;
  readonly pipeline: string;
  readonly set: Readonly<Record<string, string>>;
}

/** Without outliers: all networks see the same images. */
const ROWS = { pipeline: 'mnist-rows', set: { outliers: 'null' } };

const ENTRIES: readonly Entry[] = [
  { name: 'rows, LSTM', folder: 'lstm', ...ROWS },
  { name: 'rows, GRU', folder: 'gru', ...ROWS, set: { ...ROWS.set, 'recurrent.cell': 'gru' } },
  {
    name: 'rows, LSTM both ways',
    folder: 'lstm-both-ways',
    ...ROWS,
    set: { ...ROWS.set, 'recurrent.bidirectional': 'true' },
  },
  { name: 'picture, small CNN', folder: 'cnn', pipeline: 'mnist-cnn', set: {} },
];

/**
 * Is a recurrent network a good image classifier? Trains networks that read a digit row by row, and a small
 * convolutional one that sees it whole, on the same images for the same epochs. The models go to folders in
 * `options.out`. Errors as of train().
 */
export async function compareOnMnist(options: MnistOptions & { out: string }): Promise<Contender[]> {
  const contenders: Contender[] = [];
  for (const { name, folder, pipeline, set } of ENTRIES) {
    options.onEvent?.({ kind: 'note', message: `${name}:` });
    const epochs = options.epochs === undefined ? {} : { 'training.epochs': String(options.epochs) };
    const result = await train({
      ...shared({ ...options, out: join(options.out, folder) }),
      pipeline: shippedPath('pipeline', pipeline),
      set: { ...set, ...epochs },
    });
    contenders.push({ name, result });
  }
  return contenders;
}
