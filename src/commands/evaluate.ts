import { Command, Option } from 'commander';
import { loadBundle } from '../bundle/bundle.js';
import type { SplitName } from '../datasets/dataset.js';
import type { EngineName } from '../engine/engine.js';
import { evaluateBundle } from '../workflows/evaluate-bundle.js';
import { evaluationFigures, evaluationFolder } from '../workflows/evaluation-files.js';
import { evaluationText } from './evaluation-text.js';
import { engineOption, numberWithin, wholeNumber } from './flags.js';
import { interruptible } from './interruptible.js';
import { trainingProgress } from './training-progress.js';

interface Flags {
  readonly data?: string;
  readonly split: SplitName | 'all';
  readonly topK: number;
  readonly engine: 'auto' | EngineName;
  readonly calibrate?: boolean;
  readonly targetPrecision?: number;
  readonly minProbability?: number;
  readonly out?: string;
  readonly json?: boolean;
}

/** `clipstep evaluate` */
export function evaluateCommand(): Command {
  return new Command('evaluate')
    .description('say how good a trained model is on labelled clips')
    .argument('<model>', 'folder of a trained model, or the name of one that ships, such as motion')
    .option('-d, --data <path>', 'folder with a folder of clips for each class, or a manifest (CSV)')
    .option(
      '-o, --out <folder>',
      "where report.html, metrics.json and predictions.csv go, over those of an earlier evaluation (default: runs/ with the model's name and the part's)",
    )
    .addOption(
      new Option('--split <part>', "part of the data by the model's own split; all: for other data")
        .choices(['test', 'validation', 'train', 'all'] satisfies Array<SplitName | 'all'>)
        .default('test'),
    )
    .option('--top-k <count>', 'also count as right what is among that many classes', wholeNumber(1), 5)
    .option('--calibrate', "first fit the model's temperature on the validation part, and keep it")
    .option(
      '--target-precision <share>',
      'calibrate, and call answers unknown that are too unsure to be right that often',
      numberWithin(0, 1),
    )
    .option(
      '--min-probability <probability>',
      "call answers unknown that are less probable, this time (default: the model's own)",
      numberWithin(0, 1),
    )
    .option('--json', 'all figures as JSON')
    .addOption(engineOption())
    .action(async (model: string, flags: Flags) => {
      const progress = trainingProgress();
      const { topK: topCount, json, out = evaluationFolder(model, flags.split), ...options } = flags;
      const result = await interruptible(async (signal) =>
        evaluateBundle(await loadBundle(model), {
          ...options,
          topCount,
          out,
          signal,
          onEvent: progress.show,
        }),
      ).finally(progress.stop);
      console.log(json ? JSON.stringify(evaluationFigures(result)) : evaluationText(result, out));
    });
}
