import { Command, Option } from 'commander';
import { loadBundle } from '../bundle/bundle.js';
import type { SplitName } from '../datasets/dataset.js';
import { commandsOf } from './commands-by-task.js';
import { encodingOption, engineOption, maxDistanceOption, numberWithin, wholeNumber } from './flags.js';
import { interruptible } from './interruptible.js';
import type { EvaluateFlags } from './tasks/task-commands.js';
import { trainingProgress } from './training-progress.js';
import { withWindowOptions } from './window-options.js';

/** `clipstep evaluate` */
export function evaluateCommand(): Command {
  return withWindowOptions(command()).action(async (model: string, flags: EvaluateFlags) => {
    const progress = trainingProgress();
    const text = await interruptible(async (signal) => {
      const bundle = await loadBundle(model, { trainedFor: 'evaluate' });
      const { evaluate } = await commandsOf(bundle.manifest.pipeline);
      return evaluate(bundle, flags, { signal, onEvent: progress.show });
    }).finally(progress.stop);
    console.log(text);
  });
}

function command(): Command {
  return new Command('evaluate')
    .description('test a trained model on labelled clips, or on a text')
    .argument('<model>', 'folder of a trained model, or the name of one that ships, such as motion')
    .option(
      '-d, --data <path>',
      'folder with a folder of clips for each class, or a manifest (CSV); for a language model, a text; for a translation model, pairs',
    )
    .option(
      '-o, --out <folder>',
      'folder for report.html, metrics.json and predictions.csv; those of an earlier evaluation are replaced (default: runs/ with the names of the model and the part)',
    )
    .addOption(
      new Option(
        '--split <part>',
        "part to test on, by the model's own split; all: for other data than it was trained on",
      )
        .choices(['test', 'validation', 'train', 'all'] satisfies Array<SplitName | 'all'>)
        .default('test'),
    )
    .option(
      '--top-k <count>',
      'also give the accuracy among this many most probable classes',
      wholeNumber(1),
      5,
    )
    .option(
      '--calibrate',
      "first fit the model's temperature, and how far clips may be from its training clips, on the validation part and keep both",
    )
    .option(
      '--describe',
      'first learn what the training clips look like, and how far clips may be from them, and keep both: for models made before training did so',
    )
    .option(
      '--target-precision <share>',
      'calibrate, and call unsure answers unknown so that this share of the rest is right',
      numberWithin(0, 1),
    )
    .option(
      '--min-probability <probability>',
      "answer unknown below this probability, this time (default: the model's own)",
      numberWithin(0, 1),
    )
    .option('--without-leaks', 'leave out what is the same, or nearly, in another part of the data')
    .addOption(maxDistanceOption())
    .option(
      '--outliers <path>',
      'also measure how well the model tells these from its own data: a folder of clips, or a file of texts, of none of its classes',
    )
    .option(
      '--intervals <file>',
      'instead find where something begins and ends in long videos: a manifest (CSV) with path, label, start and end, a row for each interval; needs --window',
    )
    .option('--json', 'print all figures as JSON')
    .addOption(encodingOption())
    .addOption(engineOption());
}
