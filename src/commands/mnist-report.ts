import Table from 'cli-table3';
import colors from 'picocolors';
import { MNIST_NAME } from '../datasets/mnist/open-mnist.js';
import { percent } from '../platform/percent.js';
import { baselineText } from '../report/baseline-words.js';
import type { Evaluation } from '../tasks/classification/evaluation.js';
import type { Contender } from '../workflows/mnist/compare.js';
import { NOTEBOOK, type Reproduction } from '../workflows/mnist/notebook.js';
import type { TrainResult } from '../workflows/train.js';
import { classTable, confusionTable } from './metrics-tables.js';

const PLAIN = { head: [], border: [], compact: true };

/** The baseline's result: accuracy, figures of each digit, and the figures that others wrote down. */
export function baselineReport(result: TrainResult): string {
  const test = requireTest(result);
  const { sgd, adam } = NOTEBOOK;
  const anchors = [
    `For comparison, TensorFlow-Examples' notebook: ${percent(sgd.accuracy)} with SGD, ${percent(adam.accuracy)} with Adam, on ${sgd.testImages} test images;`,
    'clipstep mnist --recipe notebook scores its settings on all.',
  ];
  return [
    `${colors.bold('Model')} ${result.folder} (${result.datasetName})`,
    `Test accuracy ${withInterval(test)} on ${test.examples} images`,
    ...(result.baselines ? [baselineText(result.baselines)] : []),
    classTable(test),
    confusionTable(test),
    // Of other images than MNIST's they would say nothing.
    ...(result.datasetName === MNIST_NAME ? anchors : []),
  ].join('\n');
}

/** What the notebook wrote down beside what its settings give on all test images. */
export function notebookReport(reproductions: readonly Reproduction[]): string {
  const table = new Table({
    head: ['optimizer', 'steps', 'notebook, on 128 images', 'here, on all', 'images', 'seconds'],
    style: PLAIN,
  });
  for (const { optimizer, quoted, result } of reproductions) {
    const test = requireTest(result);
    table.push([
      optimizer,
      result.pipeline.training.steps ?? '',
      withInterval(quoted),
      withInterval(test),
      test.examples,
      trainingSeconds(result).toFixed(0),
    ]);
  }
  return table.toString();
}

/** One table of all contenders, and what it says in words. */
export function comparisonReport(contenders: readonly Contender[]): string {
  const table = new Table({
    head: ['network', 'test accuracy (95 % interval)', 'parameters', 'seconds'],
    style: PLAIN,
  });
  for (const { name, result } of contenders) {
    table.push([
      name,
      withInterval(requireTest(result)),
      result.parameterCount.toLocaleString('en'),
      trainingSeconds(result).toFixed(0),
    ]);
  }
  return `${table}\n${verdict(contenders)}`;
}

/** Two intervals that do not meet are taken as a difference; of two that do, nothing is said. */
function verdict(contenders: readonly Contender[]): string {
  const scored = contenders.map((contender) => ({ ...contender, test: requireTest(contender.result) }));
  const isRecurrent = ({ result }: Contender) => result.pipeline.recurrent.layers > 0;
  const best = (some: typeof scored) =>
    some.reduce((first, second) => (second.test.accuracy > first.test.accuracy ? second : first));
  const rnn = best(scored.filter(isRecurrent));
  const cnn = best(scored.filter((contender) => !isRecurrent(contender)));
  const figures = `${rnn.name} ${percent(rnn.test.accuracy)}, ${cnn.name} ${percent(cnn.test.accuracy)}`;
  if (rnn.test.interval[1] < cnn.test.interval[0]) {
    return `Reading rows is worse than seeing the picture, by more than chance: ${figures}.`;
  }
  if (cnn.test.interval[1] < rnn.test.interval[0]) {
    return `Reading rows is better than seeing the picture, by more than chance: ${figures}.`;
  }
  return `Reading rows and seeing the picture cannot be told apart by these test images: ${figures}.`;
}

function withInterval({
  accuracy,
  interval: [low, high],
}: Pick<Evaluation, 'accuracy' | 'interval'>): string {
  return `${(100 * accuracy).toFixed(2)} % (${(100 * low).toFixed(2)} to ${(100 * high).toFixed(2)})`;
}

const trainingSeconds = ({ history }: TrainResult): number =>
  history.reduce((sum, { seconds }) => sum + seconds, 0);

/** Data in MNIST's form always has test images. */
function requireTest({ test }: TrainResult): Evaluation {
  if (!test) throw new Error('The digits were not tested');
  return test;
}
