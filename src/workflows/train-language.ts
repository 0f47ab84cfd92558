import type { NewBundle } from '../bundle/bundle.js';
import { languageCard } from '../report/language-card.js';
import { languageReport } from '../report/language-report.js';
import {
  type FinishedLanguage,
  type LanguageResult,
  trainLanguageModel,
} from '../train/language/train-language-model.js';
import { commandLine } from './command-line.js';
import { type TrainTextsOptions, trainOnTexts } from './train-texts.js';

/** As of any training; `data` is a text file, or a folder with train.txt, valid.txt and test.txt. */
export type TrainLanguageOptions = TrainTextsOptions;

export interface TrainLanguageResult extends LanguageResult {
  /** Folder of the trained model. */
  readonly folder: string;
}

/**
 * Trains a language model, as trainLanguageModel, and writes the model's folder: model.json, weights.safetensors,
 * README.md (the model card), metrics.json and report.html (a page of it).
 *
 * @throws UserError as trainLanguageModel; `usage` for a pipeline of another task, or without a text.
 */
export async function trainLanguage(given: TrainLanguageOptions): Promise<TrainLanguageResult> {
  return trainOnTexts(given, {
    task: 'language',
    layout: 'a text, or a folder with train.txt, valid.txt and test.txt',
    train: trainLanguageModel,
    bundleOf: (whole) => languageBundle(whole, { command: commandOf(given, whole.result) }),
  });
}

async function languageBundle(
  { result, weights, digest }: FinishedLanguage,
  { command }: { command: string },
): Promise<NewBundle> {
  const { pipeline, vocabulary, test, engine, versions } = result;
  const { history, baselines, tokens, datasetName: dataset } = result;
  const { name, seed } = pipeline;
  const metrics = {
    pipeline: name,
    seed,
    engine,
    versions,
    dataset,
    tokens,
    test,
    baselines,
    epochs: history,
  };
  return {
    manifest: {
      pipeline,
      labels: [],
      vocabulary: [...vocabulary],
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
      'README.md': languageCard(result, { command }),
      'metrics.json': `${JSON.stringify(metrics, null, 2)}\n`,
      'report.html': await languageReport(result, { command }),
    },
  };
}

function commandOf(options: TrainLanguageOptions, { engine, pipeline }: LanguageResult): string {
  return commandLine('train', options, ['--engine', engine, '--seed', pipeline.seed]);
}
