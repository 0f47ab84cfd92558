import { Command } from 'commander';
import colors from 'picocolors';
import type { EngineName } from '../engine/engine.js';
import { exampleNoun, percent } from '../run/train/model-card.js';
import { type TrainResult, train } from '../run/train/train.js';
import { engineOption, settings, wholeNumber } from './flags.js';
import { interruptible } from './interruptible.js';
import { trainingProgress } from './training-progress.js';

interface Flags {
  readonly data?: string;
  readonly out?: string;
  readonly engine: 'auto' | EngineName;
  readonly seed?: number;
  readonly weights?: string;
  readonly set?: Record<string, string>;
  readonly resume?: boolean;
}

/** `clipstep train` */
export function trainCommand(): Command {
  return new Command('train')
    .description('train the network of a pipeline on a dataset')
    .argument('<pipeline>', 'YAML file with the recipe, such as pipelines/motion.yaml')
    .option('-d, --data <path>', 'folder with a folder of clips for each class, or a manifest (CSV)')
    .option('-o, --out <folder>', "where the model goes (default: runs/ and the pipeline's name)")
    .addOption(engineOption())
    .option('--seed <number>', "instead of the pipeline's", wholeNumber(0))
    .option('--weights <source>', "pretrained encoder, hub or a folder, instead of the pipeline's")
    .option('--set <name=value...>', "instead of the pipeline's, such as training.epochs=3", settings)
    .option('--resume', 'go on with the training that was interrupted')
    .action(async (pipeline: string, flags: Flags) => {
      const progress = trainingProgress();
      const result = await interruptible((signal) =>
        train({ pipeline, ...flags, signal, onEvent: progress.show }),
      ).finally(progress.stop);
      console.log(summary(result));
    });
}

function summary({ folder, pipeline, test, labels, skipped }: TrainResult): string {
  const lines = [`${colors.bold('Model')} ${folder}`];
  if (skipped.length > 0) lines.push(`${skipped.length} entries left out; ${folder}/metrics.json names them`);
  if (!test) return [...lines, 'Not tested: the dataset has no test part'].join('\n');
  const [low, high] = test.interval;
  return [
    ...lines,
    `Test accuracy ${percent(test.accuracy)} on ${test.examples} ${exampleNoun(pipeline)} (95 % interval ${percent(low)} to ${percent(high)})`,
    `With timesteps in a random order ${percent(test.shuffledAccuracy)}; the most frequent class alone ${percent(majority(test))}, of ${labels.length} classes`,
  ].join('\n');
}

function majority({ classes, examples }: NonNullable<TrainResult['test']>): number {
  return Math.max(...classes.map((entry) => entry.examples)) / examples;
}
