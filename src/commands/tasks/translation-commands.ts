import { nearestSentence, perplexitySentence, translationSentence } from '../../report/translation-words.js';
import type { TranslationFigures } from '../../tasks/translation/figures.js';
import { evaluateTranslation } from '../../workflows/evaluate-translation.js';
import { type TrainTranslationResult, trainTranslation } from '../../workflows/train-translation.js';
import { refuseFlags } from '../flags.js';
import { modelLine } from './model-line.js';
import type { TaskCommands } from './task-commands.js';
import { refuseFlagsOfClasses, requireData } from './text-models.js';

const KIND = {
  kind: 'a translation model',
  layout: 'a folder with files of lines such as test.de and test.en, or a table of pairs (.tsv)',
};

export const translationCommands: TaskCommands<TranslationFigures> = {
  train: async ({ targetPrecision, from, pipeline, json, ...options }) => {
    refuseFlags(KIND.kind, { '--target-precision': targetPrecision, '--from': from });
    // Only --from is without one.
    const result = await trainTranslation({ ...options, pipeline: pipeline! });
    const { folder, test } = result;
    return json ? JSON.stringify({ kind: 'trained', folder, test }) : summary(result);
  },
  evaluate: async (bundle, { data, encoding, split, engine, json, ...flags }, { signal }) => {
    refuseFlagsOfClasses(KIND, flags);
    const path = requireData(data, { ...KIND, model: bundle.folder });
    const result = await evaluateTranslation(bundle, { data: path, encoding, split, engine, signal });
    if (json) return JSON.stringify(result);
    const part = split === 'all' ? path : `its ${split} part`;
    const { figures, nearest } = result;
    const beside = nearest ? [nearestSentence(nearest)] : [];
    return [translationSentence(figures, part), perplexitySentence(figures), ...beside].join('\n');
  },
  testLine: (test) => translationSentence(test, 'its test part'),
};

function summary({ folder, test, nearest }: TrainTranslationResult): string {
  const lines = test
    ? [translationSentence(test, 'the test part'), perplexitySentence(test)]
    : ['Not tested: the data has no test part'];
  return [modelLine(folder), ...lines, ...(nearest ? [nearestSentence(nearest)] : [])].join('\n');
}
