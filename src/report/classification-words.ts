import { percent } from '../platform/percent.js';
import type { TrainingResult } from '../train/train-network.js';
import { baselineText } from './baseline-words.js';
import { accuracySentence, furtherFigures } from './words.js';

export const classificationWords = {
  subject: (labels: readonly string[]): string => `Classes: ${labels.join(', ')}.`,
  results: resultSection,
  sentences: ({ test, temperature }: TrainingResult, noun: string): string[] =>
    test
      ? [accuracySentence(test, `test ${noun}`), furtherFigures(test, temperature)]
      : ['Not tested: the dataset has no test part.'],
};

function resultSection(
  { test, baselines, temperature, minProbability }: TrainingResult,
  noun: string,
): string {
  if (!test) return 'Not measured: the dataset had no test part.\n';
  const rows = test.classes.map(
    ({ label, examples, precision, recall, f1 }) =>
      `| ${label} | ${examples} | ${shareOrDash(precision)} | ${shareOrDash(recall)} | ${shareOrDash(f1)} |`,
  );
  return `${accuracySentence(test, `test ${noun}`)}
Balanced accuracy: ${percent(test.balancedAccuracy)}, macro F1 ${test.macroF1.toFixed(3)}. Log loss: ${test.logLoss.toFixed(3)} nats.
Calibration error: ${percent(test.calibration.error)}, with the temperature ${temperature.toFixed(2)} from the validation part.
${minProbability > 0 ? `Answers less probable than ${percent(minProbability)} are called unknown.\n` : ''}
What it has to be better than:

${baselines ? baselineText(baselines) : ''}

| class | ${noun} | precision | recall | F1 |
|---|---|---|---|---|
${rows.join('\n')}
`;
}

const shareOrDash = (share: number | null): string => (share === null ? '-' : percent(share));
