import { Command } from 'commander';
import colors from 'picocolors';
import type { EngineName } from '../engine/engine.js';
import { baselineText } from '../report/baseline-words.js';
import { foldColumns, summarySentences } from '../report/summary-words.js';
import { entriesText } from '../report/words.js';
import { type CrossvalidateResult, crossvalidate } from '../workflows/crossvalidate.js';
import { engineOption, numberWithin, settings, wholeNumber } from './flags.js';
import { interruptible } from './interruptible.js';
import { foldsTable } from './metrics-tables.js';
import { trainingProgress } from './training-progress.js';

interface Flags {
  readonly data?: string;
  readonly folds: number;
  readonly repeats: number;
  readonly out: string;
  readonly ensemble?: boolean;
  readonly engine: 'auto' | EngineName;
  readonly seed?: number;
  readonly weights?: string;
  readonly set?: Record<string, string>;
  readonly choose?: Record<string, string>;
  readonly innerFolds?: number;
  readonly targetPrecision?: number;
  readonly minProbability?: number;
  readonly resume?: boolean;
}

/** `clipstep crossvalidate` */
export function crossvalidateCommand(): Command {
  return new Command('crossvalidate')
    .description('train a pipeline fold by fold, and say how good it is on what each had not seen')
    .argument('<pipeline>', 'YAML file with the recipe, or the name of one that ships, such as surveillance')
    .requiredOption(
      '-o, --out <folder>',
      'where the models, predictions.csv, metrics.json and report.html go',
    )
    .option('-d, --data <path>', 'folder with a folder of clips for each class, or a manifest (CSV)')
    .option(
      '--folds <count>',
      'parts, each tested once by a network trained on the others',
      wholeNumber(2),
      5,
    )
    .option('--repeats <count>', 'how often to do all of it, each time with the next seed', wholeNumber(1), 1)
    .option('--ensemble', "also write <out>/ensemble, one model that averages the folds' probabilities")
    .addOption(engineOption())
    .option('--seed <number>', "instead of the pipeline's", wholeNumber(0))
    .option(
      '--weights <source>',
      "pretrained encoder instead of the pipeline's: hub, a folder, or a model that ships, such as motion",
    )
    .option(
      '--set <name=value...>',
      "instead of the pipeline's, such as training.epochs=3; null leaves a setting out",
      settings,
    )
    .option(
      '--choose <name=values...>',
      "choose inside each fold, on what it may train on, such as 'recurrent.layers=[0,1]'; of several, all combinations",
      settings,
    )
    .option(
      '--inner-folds <count>',
      'parts of what a fold may train on, by which --choose compares (default: 3)',
      wholeNumber(2),
    )
    .option(
      '--target-precision <share>',
      'call answers unknown that are too unsure to be right that often, such as 0.95; each fold chooses on other clips than it is tested on',
      numberWithin(0, 1),
    )
    .option(
      '--min-probability <probability>',
      'call answers unknown that are less probable, such as 0.8',
      numberWithin(0, 1),
    )
    .option('--resume', 'go on with the cross-validation that was interrupted')
    .action(async (pipeline: string, flags: Flags) => {
      const progress = trainingProgress();
      const result = await interruptible((signal) =>
        crossvalidate({ pipeline, ...flags, signal, onEvent: progress.show }),
      ).finally(progress.stop);
      console.log(summary(result));
    });
}

function summary(result: CrossvalidateResult): string {
  const { folder, folds, baselines, ensemble, skipped } = result;
  const columns = foldColumns(folds);
  return [
    `${colors.bold('Results')} ${folder}, to look at: ${folder}/report.html`,
    ...(ensemble ? [`${colors.bold('Model')} ${ensemble}, the average of ${folds.length} folds`] : []),
    ...(skipped.length > 0 ? [`${entriesText(skipped)} left out; ${folder}/metrics.json says why`] : []),
    ...summarySentences(result),
    ...(columns.length > 0 ? ['', foldsTable(columns)] : []),
    '',
    baselineText(baselines),
  ].join('\n');
}
