import { percent } from '../platform/percent.js';
import type { TrainingResult } from '../train/score.js';
import { baselineText } from './baseline-words.js';
import { accuracySentence, calibrationSentence } from './words.js';

/** How good a classifier is, for its model card. @param noun what was tested, in the plural. */
export function classificationResults(result: TrainingResult, noun: string): string {
  const { test, baselines, minProbability } = result;
  if (!test) return 'Not measured: the dataset had no test part.\n';
  const rows = test.classes.map(
    ({ label, examples, precision, recall, f1 }) =>
      `| ${label} | ${examples} | ${shareOrDash(precision)} | ${shareOrDash(recall)} | ${shareOrDash(f1)} |`,
  );
  return `${accuracySentence(test, `test ${noun}`)}
Balanced accuracy: ${percent(test.balancedAccuracy)}, macro F1 ${test.macroF1.toFixed(3)}. Log loss: ${test.logLoss.toFixed(3)} nats.
${calibrationSentence(test)} ${temperatureSentence(result)}
${minProbability > 0 ? `Answers less probable than ${percent(minProbability)} are called unknown.\n` : ''}
What it has to beat:

${baselines ? baselineText(baselines) : ''}

| class | ${noun} | precision | recall | F1 |
|---|---|---|---|---|
${rows.join('\n')}
`;
}

/** Where the temperature is from. */
const temperatureSentence = ({ temperature, validationPredictions }: TrainingResult): string =>
  validationPredictions.length > 0
    ? `Temperature ${temperature.toFixed(2)}, fitted on the validation part.`
    : 'There was no validation part to fit a temperature on.';

const shareOrDash = (share: number | null): string => (share === null ? '-' : percent(share));
