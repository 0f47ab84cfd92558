import { percent } from '../platform/percent.js';
import type { TrainingResult } from '../train/train-network.js';
import { baselineText } from './baseline-words.js';
import { type Headline, headlineOf } from './headline.js';
import { accuracySentence, furtherFigures } from './words.js';

export const classificationWords = {
  subject: (labels: readonly string[]): string => `Classes: ${labels.join(', ')}.`,
  results: resultSection,
  headline: ({ test, baselines }: TrainingResult, noun: string): Headline | null =>
    test && headlineOf(test, { noun: `test ${noun}`, baselines }),
  further: ({ test, temperature }: TrainingResult) => (test ? furtherFigures(test, temperature) : []),
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
What it has to beat:

${baselines ? baselineText(baselines) : ''}

| class | ${noun} | precision | recall | F1 |
|---|---|---|---|---|
${rows.join('\n')}
`;
}

const shareOrDash = (share: number | null): string => (share === null ? '-' : percent(share));
