import { Command } from 'commander';
import colors from 'picocolors';
import type { EngineName } from '../engine/engine.js';
import { baselineText } from '../report/baseline-words.js';
import { accuracySentence, entriesText, exampleNoun } from '../report/words.js';
import { type TrainResult, train } from '../workflows/train.js';
import { engineOption, numberWithin, settings, wholeNumber } from './flags.js';
import { interruptible } from './interruptible.js';
import { trainingProgress } from './training-progress.js';

interface Flags {
  readonly data?: string;
  readonly out?: string;
  readonly engine: 'auto' | EngineName;
  readonly seed?: number;
  readonly weights?: string;
  readonly set?: Record<string, string>;
  readonly targetPrecision?: number;
  readonly tensorboard?: string;
  readonly resume?: boolean;
}

/** `clipstep train` */
export function trainCommand(): Command {
  return new Command('train')
    .description('train the network of a pipeline on a dataset')
    .argument('<pipeline>', 'YAML file with the recipe, or the name of one that ships, such as motion')
    .option('-d, --data <path>', 'folder with a folder of clips for each class, or a manifest (CSV)')
    .option('-o, --out <folder>', "where the model goes (default: runs/ and the pipeline's name)")
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
      '--target-precision <share>',
      'call answers unknown that are too unsure to be right that often, such as 0.95',
      numberWithin(0, 1),
    )
    .option('--tensorboard <folder>', 'also write event files for TensorBoard')
    .option('--resume', 'go on with the training that was interrupted')
    .action(async (pipeline: string, flags: Flags) => {
      const progress = trainingProgress();
      const result = await interruptible((signal) =>
        train({ pipeline, ...flags, signal, onEvent: progress.show }),
      ).finally(progress.stop);
      console.log(summary(result));
    });
}

function summary({ folder, pipeline, test, baselines, skipped }: TrainResult): string {
  const lines = [`${colors.bold('Model')} ${folder}, to look at: ${folder}/report.html`];
  if (skipped.length > 0) lines.push(`${entriesText(skipped)} left out; ${folder}/metrics.json says why`);
  if (!test) return [...lines, 'Not tested: the dataset has no test part'].join('\n');
  lines.push(accuracySentence(test, `test ${exampleNoun(pipeline)}`));
  if (baselines) lines.push('', baselineText(baselines));
  return lines.join('\n');
}
