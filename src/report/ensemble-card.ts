import type { CrossValidation } from '../crossvalidate/run-folds.js';
import type { Pipeline } from '../pipeline/schema.js';
import { percent } from '../platform/percent.js';
import { baselineText } from './baseline-words.js';
import type { FoldsTold } from './crossvalidation-report.js';
import { descriptionParagraph } from './description.js';
import { overallSentence, span } from './selection-words.js';
import { exampleNoun, furtherFigures, furtherText, leakSentence, versionsText } from './words.js';

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
${noun} that it had not seen, and ${percent(outOfFold.accuracy)} of all answers were right (95 % interval ${span(outOfFold)} over groups;
mean of the folds ${percent(mean)}, standard deviation ${percent(standardDeviation)}). ${furtherText(furtherFigures(outOfFold))}${leakSentence(leaks)}
The mean itself cannot be tested on the same ${noun}, since each of them trained some of its networks: test it on
others with \`clipstep evaluate --split all\`.

${calibrationSentence(pipeline)}${selection ? `${overallSentence(selection)}\n\n` : ''}What each network has to beat:

${baselineText(baselines)}

## How it was made
Engine ${engine}, seed ${pipeline.seed}, ${versionsText(versions)}.

    ${command}
`;
}

const calibrationSentence = ({ split }: Pipeline): string =>
  split.validation > 0
    ? ''
    : 'Its probabilities are not calibrated, since no clips were kept back for that.\n\n';
