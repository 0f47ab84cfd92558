import { languageBaselineText, languageSentence } from '../../report/language-words.js';
import type { LanguageFigures } from '../../tasks/language/figures.js';
import { evaluateLanguage } from '../../workflows/evaluate-language.js';
import { type TrainLanguageResult, trainLanguage } from '../../workflows/train-language.js';
import { refuseFlags } from '../flags.js';
import { modelLine } from './model-line.js';
import type { TaskCommands } from './task-commands.js';
import { refuseFlagsOfClasses, requireData } from './text-models.js';

const KIND = {
  kind: 'a language model',
  layout: 'a text, or a folder with train.txt, valid.txt and test.txt',
};

export const languageCommands: TaskCommands<LanguageFigures> = {
  train: async ({ targetPrecision, from, pipeline, json, ...options }) => {
    refuseFlags(KIND.kind, { '--target-precision': targetPrecision, '--from': from });
    // Only --from is without one.
    const result = await trainLanguage({ ...options, pipeline: pipeline! });
    const { folder, test, baselines } = result;
    return json ? JSON.stringify({ kind: 'trained', folder, test, baselines }) : summary(result);
  },
  evaluate: async (bundle, { data, encoding, split, engine, json, ...flags }, { signal }) => {
    refuseFlagsOfClasses(KIND, flags);
    const path = requireData(data, { ...KIND, model: bundle.folder });
    const result = await evaluateLanguage(bundle, { data: path, encoding, split, engine, signal });
    if (json) return JSON.stringify(result);
    const { figures, baselines } = result;
    const part = split === 'all' ? path : `its ${split} part`;
    return [languageSentence(figures, part), languageBaselineText(baselines)].join('\n').trim();
  },
  testLine: (test) => languageSentence(test, 'its test part'),
};

function summary({ folder, test, baselines }: TrainLanguageResult): string {
  return [
    modelLine(folder),
    test ? languageSentence(test, 'the test part') : 'Not tested: the text has no test part',
    languageBaselineText(baselines),
  ].join('\n');
}
