import { Command, Option } from 'commander';
import { type Bundle, loadBundle } from '../bundle/bundle.js';
import type { SplitName } from '../datasets/dataset.js';
import type { EngineName } from '../engine/engine.js';
import { UserError } from '../errors.js';
import { languageBaselineText, languageSentence } from '../report/language-words.js';
import { nearestSentence, perplexitySentence, translationSentence } from '../report/translation-words.js';
import type { TaskName } from '../tasks/tasks.js';
import { type EvaluateOptions, evaluateBundle } from '../workflows/evaluate-bundle.js';
import { evaluateLanguage } from '../workflows/evaluate-language.js';
import { evaluateTranslation } from '../workflows/evaluate-translation.js';
import { evaluationFigures, evaluationFolder } from '../workflows/evaluation-files.js';
import { evaluationText } from './evaluation-text.js';
import {
  encodingOption,
  engineOption,
  maxDistanceOption,
  numberWithin,
  refuseFlags,
  wholeNumber,
} from './flags.js';
import { interruptible } from './interruptible.js';
import { trainingProgress } from './training-progress.js';

interface Flags {
  readonly data?: string;
  readonly split: SplitName | 'all';
  readonly topK: number;
  readonly encoding?: string;
  readonly engine: 'auto' | EngineName;
  readonly calibrate?: boolean;
  readonly targetPrecision?: number;
  readonly minProbability?: number;
  readonly withoutLeaks?: boolean;
  readonly maxDistance?: number;
  readonly outliers?: string;
  readonly out?: string;
  readonly json?: boolean;
}

/** `clipstep evaluate` */
export function evaluateCommand(): Command {
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
    .option('--json', 'print all figures as JSON')
    .addOption(encodingOption())
    .addOption(engineOption())
    .action(async (model: string, flags: Flags) => {
      const progress = trainingProgress();
      const text = await interruptible(async (signal) => {
        const bundle = await loadBundle(model, { trainedFor: 'evaluate' });
        const evaluate = EVALUATIONS[bundle.manifest.pipeline.task];
        return evaluate(bundle, flags, { signal, onEvent: progress.show });
      }).finally(progress.stop);
      console.log(text);
    });
}

type Evaluate = (
  bundle: Bundle,
  flags: Flags,
  run: Pick<EvaluateOptions, 'signal' | 'onEvent'>,
) => Promise<string>;

/** By the pipeline's task: evaluates, and says what came of it. */
const EVALUATIONS: Readonly<Record<TaskName, Evaluate>> = {
  classification: async (bundle, flags, run) => {
    const { topK: topCount, json, out = evaluationFolder(bundle.folder, flags.split), ...options } = flags;
    const result = await evaluateBundle(bundle, { ...options, topCount, out, ...run });
    return json ? JSON.stringify(evaluationFigures(result)) : evaluationText(result, out);
  },
  language: async (bundle, { data, encoding, split, engine, json, ...flags }, { signal }) => {
    const kind = 'a language model';
    refuseFlagsOfClasses(kind, flags);
    const layout = 'a text, or a folder with train.txt, valid.txt and test.txt';
    const path = data ?? withoutData(bundle, { kind, layout });
    const result = await evaluateLanguage(bundle, { data: path, encoding, split, engine, signal });
    if (json) return JSON.stringify(result);
    const { figures, baselines } = result;
    const part = split === 'all' ? path : `its ${split} part`;
    return [languageSentence(figures, part), languageBaselineText(baselines)].join('\n').trim();
  },
  translation: async (bundle, { data, encoding, split, engine, json, ...flags }, { signal }) => {
    const kind = 'a translation model';
    refuseFlagsOfClasses(kind, flags);
    const layout = 'a folder with files of lines such as test.de and test.en, or a table of pairs (.tsv)';
    const path = data ?? withoutData(bundle, { kind, layout });
    const result = await evaluateTranslation(bundle, { data: path, encoding, split, engine, signal });
    if (json) return JSON.stringify(result);
    const part = split === 'all' ? path : `its ${split} part`;
    const { figures, nearest } = result;
    const beside = nearest ? [nearestSentence(nearest)] : [];
    return [translationSentence(figures, part), perplexitySentence(figures), ...beside].join('\n');
  },
};

/** Of models that know no classes. */
function refuseFlagsOfClasses(kind: string, flags: Partial<Flags>): void {
  refuseFlags(kind, {
    '--calibrate': flags.calibrate,
    '--target-precision': flags.targetPrecision,
    '--min-probability': flags.minProbability,
    '--without-leaks': flags.withoutLeaks,
    '--max-distance': flags.maxDistance,
    '--outliers': flags.outliers,
    '--out': flags.out,
  });
}

function withoutData({ folder }: Bundle, { kind, layout }: { kind: string; layout: string }): never {
  throw new UserError('usage', {
    problem: `${folder} is ${kind}, and --data does not say which texts to score it on.`,
    fix: `Add --data PATH: ${layout}.`,
  });
}
