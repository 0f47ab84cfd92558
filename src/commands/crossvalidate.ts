import { Command } from 'commander';
import colors from 'picocolors';
import { MOST_FOLDS } from '../datasets/split-schema.js';
import type { EngineName } from '../engine/engine.js';
import { baselineText } from '../report/baseline-words.js';
import { sizeColumns } from '../report/size-section.js';
import { foldColumns, summarySentences } from '../report/summary-words.js';
import { entriesText } from '../report/words.js';
import { type CrossvalidateResult, crossvalidate } from '../workflows/crossvalidate.js';
import {
  encodingOption,
  engineOption,
  numberWithin,
  outliersOption,
  seedOption,
  setOption,
  settings,
  weightsOption,
  wholeNumber,
  wholeNumbers,
} from './flags.js';
import { interruptible, TRAIN_AGAIN } from './interruptible.js';
import { columnsTable } from './metrics-tables.js';
import { trainingProgress } from './training-progress.js';

interface Flags {
  readonly data?: string;
  readonly folds: number;
  readonly repeats: number;
  readonly out: string;
  readonly ensemble?: boolean;
  readonly encoding?: string;
  readonly engine: 'auto' | EngineName;
  readonly seed?: number;
  readonly weights?: string;
  readonly outliers?: string;
  readonly set?: Record<string, string>;
  readonly choose?: Record<string, string>;
  readonly innerFolds?: number;
  readonly targetPrecision?: number;
  readonly minProbability?: number;
  readonly sizes?: readonly number[];
  readonly resume?: boolean;
}

/** `clipstep crossvalidate` */
export function crossvalidateCommand(): Command {
  return new Command('crossvalidate')
    .description('train a pipeline fold by fold and test each clip with a network that has not seen it')
    .argument('<pipeline>', 'YAML file with the recipe, or the name of one that ships, such as surveillance')
    .requiredOption(
      '-o, --out <folder>',
      'folder for the models, predictions.csv, metrics.json and report.html',
    )
    .option('-d, --data <path>', 'folder with a folder of clips for each class, or a manifest (CSV)')
    .option(
      '--folds <count>',
      'number of parts, each tested once by a network trained on the others',
      wholeNumber(2, MOST_FOLDS),
      5,
    )
    .option(
      '--repeats <count>',
      'how often to repeat everything, each time with the next seed',
      wholeNumber(1),
      1,
    )
    .option('--ensemble', "also write <out>/ensemble, one model that averages the folds' probabilities")
    .addOption(encodingOption())
    .addOption(engineOption())
    .addOption(seedOption())
    .addOption(weightsOption())
    .addOption(outliersOption())
    .addOption(setOption())
    .option(
      '--choose <name=values...>',
      "choose settings inside each fold, on its training data, such as 'recurrent.layers=[0,1]'; tries all combinations",
      settings,
    )
    .option(
      '--inner-folds <count>',
      'parts of the training data of a fold, by which --choose compares (default: 3)',
      wholeNumber(2, MOST_FOLDS),
    )
    .option(
      '--target-precision <share>',
      'call unsure answers unknown so that this share of the rest is right, such as 0.95; chosen on other clips than those tested',
      numberWithin(0, 1),
    )
    .option(
      '--min-probability <probability>',
      'answer unknown below this probability, such as 0.8',
      numberWithin(0, 1),
    )
    .option(
      '--sizes <counts>',
      'also train on this many clips of each class, such as 5,10,20,40, and draw how accuracy grows',
      wholeNumbers,
    )
    .option('--resume', 'continue the cross-validation that was interrupted')
    .action(async (pipeline: string, flags: Flags) => {
      const progress = trainingProgress();
      const result = await interruptible(
        (signal) => crossvalidate({ pipeline, ...flags, signal, onEvent: progress.show }),
        { again: TRAIN_AGAIN },
      ).finally(progress.stop);
      console.log(summary(result));
    });
}

function summary(result: CrossvalidateResult): string {
  const { folder, folds, baselines, ensemble, skipped, sizes } = result;
  const columns = foldColumns(folds);
  return [
    `${colors.bold('Results')} ${folder}; see ${folder}/report.html`,
    ...(ensemble ? [`${colors.bold('Model')} ${ensemble}, the average of ${folds.length} folds`] : []),
    ...(skipped.length > 0 ? [`${entriesText(skipped)} left out; ${folder}/metrics.json says why`] : []),
    ...summarySentences(result),
    ...(columns.length > 0 ? ['', columnsTable(columns)] : []),
    ...(sizes.length > 0 ? ['', columnsTable(sizeColumns(sizes))] : []),
    '',
    baselineText(baselines),
  ].join('\n');
}
