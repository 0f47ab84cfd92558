import type { NewBundle } from '../bundle/bundle.js';
import { translationCard } from '../report/translation-card.js';
import { translationReport } from '../report/translation-report.js';
import {
  type FinishedTranslation,
  type TranslationResult,
  trainTranslationModel,
} from '../train/translation/train-translation-model.js';
import { commandLine } from './command-line.js';
import { type TrainTextsOptions, trainOnTexts } from './train-texts.js';

/** As of any training; `data` is a folder of files of lines, such as train.de and train.en, or a table of pairs (.tsv). */
export type TrainTranslationOptions = TrainTextsOptions;

export interface TrainTranslationResult extends TranslationResult {
  /** Folder of the trained model. */
  readonly folder: string;
}

/**
 * Trains a translation model, as trainTranslationModel, and writes the model's folder: model.json, weights.safetensors,
 * README.md (the model card), metrics.json and report.html (a page of it).
 *
 * @throws UserError as trainTranslationModel; `usage` for a pipeline of another task, or without texts.
 */
export async function trainTranslation(given: TrainTranslationOptions): Promise<TrainTranslationResult> {
  return trainOnTexts(given, {
    task: 'translation',
    layout: 'a folder with files of lines such as train.de and train.en, or a table of pairs (.tsv)',
    train: trainTranslationModel,
    bundleOf: (whole) => translationBundle(whole, { command: commandOf(given, whole.result) }),
  });
}

async function translationBundle(
  { result, weights, digest }: FinishedTranslation,
  { command }: { command: string },
): Promise<NewBundle> {
  const { pipeline, vocabulary, sourceVocabulary, test, engine, versions } = result;
  const { history, samples, nearest, pairs, datasetName: dataset } = result;
  const { name, seed } = pipeline;
  const metrics = {
    pipeline: name,
    seed,
    engine,
    versions,
    dataset,
    pairs,
    test,
    nearest,
    samples,
    epochs: history,
  };
  return {
    manifest: {
      pipeline,
      labels: [],
      vocabulary: [...vocabulary],
      sourceVocabulary: [...sourceVocabulary],
      test,
      data: digest,
      temperature: 1,
      minProbability: 0,
      seed,
      engine,
      versions,
    },
    members: [weights],
    files: {
      'README.md': translationCard(result, { command }),
      'metrics.json': `${JSON.stringify(metrics, null, 2)}\n`,
      'report.html': await translationReport(result, { command }),
    },
  };
}

function commandOf(options: TrainTranslationOptions, { engine, pipeline }: TranslationResult): string {
  return commandLine('train', options, ['--engine', engine, '--seed', pipeline.seed]);
}
