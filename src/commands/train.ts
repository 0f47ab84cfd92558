import { Command } from 'commander';
import colors from 'picocolors';
import type { EngineName } from '../engine/engine.js';
import { readPipeline } from '../pipeline/pipeline-file.js';
import { findShipped } from '../platform/shipped.js';
import { baselineText } from '../report/baseline-words.js';
import { languageBaselineText, languageSentence } from '../report/language-words.js';
import { nearestSentence, perplexitySentence, translationSentence } from '../report/translation-words.js';
import { accuracySentence, entriesText, exampleNoun } from '../report/words.js';
import type { TaskName } from '../tasks/tasks.js';
import { type TrainOptions, type TrainResult, train } from '../workflows/train.js';
import { type TrainLanguageResult, trainLanguage } from '../workflows/train-language.js';
import { type TrainTranslationResult, trainTranslation } from '../workflows/train-translation.js';
import {
  encodingOption,
  engineOption,
  numberWithin,
  refuseFlags,
  seedOption,
  setOption,
  weightsOption,
} from './flags.js';
import { interruptible } from './interruptible.js';
import { trainingProgress } from './training-progress.js';

interface Flags {
  readonly data?: string;
  readonly out?: string;
  readonly encoding?: string;
  readonly engine: 'auto' | EngineName;
  readonly seed?: number;
  readonly weights?: string;
  readonly from?: string;
  readonly set?: Record<string, string>;
  readonly targetPrecision?: number;
  readonly tensorboard?: string;
  readonly resume?: boolean;
}

/** `clipstep train` */
export function trainCommand(): Command {
  return new Command('train')
    .description('train a model')
    .argument(
      '[pipeline]',
      'YAML file with the recipe, or the name of one that ships, such as motion (default: actions)',
    )
    .option(
      '-d, --data <path>',
      'folder with a folder of clips for each class, or a manifest (CSV); for a language model, a text; for a translation model, pairs',
    )
    .option('-o, --out <folder>', "folder for the model (default: runs/ and the pipeline's name)")
    .addOption(encodingOption())
    .addOption(engineOption())
    .addOption(seedOption())
    .addOption(weightsOption())
    .option(
      '--from <model>',
      "model to go on from, its folder or the name of one that ships: same classes, or others with a new head (default pipeline: the model's)",
    )
    .addOption(setOption())
    .option(
      '--target-precision <share>',
      'call unsure answers unknown so that this share of the rest is right, such as 0.95',
      numberWithin(0, 1),
    )
    .option('--tensorboard <folder>', 'also write event files for TensorBoard')
    .option(
      '--resume',
      'continue the training that was interrupted, with more epochs or steps where --set says so',
    )
    .action(async (pipeline: string | undefined, flags: Flags) => {
      const progress = trainingProgress();
      const text = await interruptible((signal) =>
        trainAny({ pipeline, ...flags, signal, onEvent: progress.show }),
      ).finally(progress.stop);
      console.log(text);
    });
}

/** Trains, and says what came of it. */
async function trainAny({ pipeline, ...options }: TrainOptions): Promise<string> {
  if (pipeline === undefined) return summary(await train(options));
  const { task } = await readPipeline(await findShipped('pipeline', pipeline));
  return TRAININGS[task]({ ...options, pipeline });
}

type Trains = (options: TrainOptions & { pipeline: string }) => Promise<string>;

/** By the pipeline's task. */
const TRAININGS: Readonly<Record<TaskName, Trains>> = {
  classification: async (options) => summary(await train(options)),
  language: async ({ targetPrecision, from, ...options }) => {
    refuseFlags('a language model', { '--target-precision': targetPrecision, '--from': from });
    return languageSummary(await trainLanguage(options));
  },
  translation: async ({ targetPrecision, from, ...options }) => {
    refuseFlags('a translation model', { '--target-precision': targetPrecision, '--from': from });
    return translationSummary(await trainTranslation(options));
  },
};

function languageSummary({ folder, test, baselines }: TrainLanguageResult): string {
  return [
    modelLine(folder),
    test ? languageSentence(test, 'the test part') : 'Not tested: the text has no test part',
    languageBaselineText(baselines),
  ].join('\n');
}

function translationSummary({ folder, test, nearest }: TrainTranslationResult): string {
  const lines = test
    ? [translationSentence(test, 'the test part'), perplexitySentence(test)]
    : ['Not tested: the data has no test part'];
  return [modelLine(folder), ...lines, ...(nearest ? [nearestSentence(nearest)] : [])].join('\n');
}

const modelLine = (folder: string): string => `${colors.bold('Model')} ${folder}; see ${folder}/report.html`;

function summary({ folder, pipeline, test, baselines, skipped }: TrainResult): string {
  const lines = [modelLine(folder)];
  if (skipped.length > 0) lines.push(`${entriesText(skipped)} left out; ${folder}/metrics.json says why`);
  if (!test) return [...lines, 'Not tested: the dataset has no test part'].join('\n');
  lines.push(accuracySentence(test, `test ${exampleNoun(pipeline)}`));
  if (baselines) lines.push('', baselineText(baselines));
  return lines.join('\n');
}
