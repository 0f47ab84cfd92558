import type { CrossValidation } from '../crossvalidate/run-folds.js';
import { percent } from '../platform/percent.js';
import { baselineText } from './baseline-words.js';
import type { FoldsTold } from './crossvalidation-report.js';
import { descriptionParagraph } from './description.js';
import { overallSentence } from './selection-words.js';
import {
  calibrationSentence,
  exampleNoun,
  furtherFigures,
  furtherText,
  intervalText,
  leakSentence,
  versionsText,
} from './words.js';

/** The README.md of a model that averages the folds' networks. */
export function ensembleCard(
  result: CrossValidation,
  { folds, command }: Pick<FoldsTold, 'folds' | 'command'>,
): string {
  const { pipeline, accuracy, outOfFold, leaks, baselines, selection } = result;
  const { labels, engine, versions } = folds[0]!.bundle.manifest;
  const { mean, standardDeviation } = accuracy;
  const noun = exampleNoun(pipeline);
  return `# ${pipeline.name}, the average of ${folds.length} folds
${descriptionParagraph(pipeline)}
Classes: ${labels.join(', ')}.

## How good it is
It answers with the mean probabilities of the ${folds.length} networks of a cross-validation. Each fold was tested on
${noun} that it had not seen, and ${percent(outOfFold.accuracy)} of all answers were right (${intervalText(outOfFold)};
mean of the folds ${percent(mean)}, standard deviation ${percent(standardDeviation)}). ${furtherText(furtherFigures(outOfFold))}${leakSentence(leaks)}
The mean itself cannot be tested on the same ${noun}, since each of them trained some of its networks: test it on
others with \`clipstep evaluate --split all\`.

${temperatureSentence(result)}

${selection ? `${overallSentence(selection)}\n\n` : ''}What each network has to beat:

${baselineText(baselines)}

## How it was made
Engine ${engine}, seed ${pipeline.seed}, ${versionsText(versions)}.

    ${command}
`;
}

function temperatureSentence({ temperature, outOfFold, uncalibrated }: CrossValidation): string {
  return `The logits of each network are divided by the temperature ${temperature.toFixed(2)}, which fits what all folds said of their test parts. With
temperatures that each fold takes from the others, log loss is ${outOfFold.logLoss.toFixed(3)} nats, and ${uncalibrated.logLoss.toFixed(3)} without any.
${calibrationSentence(outOfFold)} These are figures of single folds; their mean is less sure of itself.`;
}
