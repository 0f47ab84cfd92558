import type { LanguageResult } from '../train/language/train-language-model.js';
import { descriptionParagraph } from './description.js';
import { languageBaselineText, languageSentence } from './language-words.js';
import { layersWords } from './network-words.js';
import { resumedSentence, versionsText } from './words.js';

/**
 * The README.md of a trained language model: what it is, how good it is, how it was made.
 * @param options.command what makes the model again.
 */
export function languageCard(result: LanguageResult, { command }: { command: string }): string {
  const { pipeline, vocabulary, tokens, test, baselines } = result;
  const { input, recurrent, training } = pipeline;
  const unit = input.kind === 'text' ? input.unit : 'token';
  return `# ${pipeline.name}
${descriptionParagraph(pipeline)}
It predicts the next ${unit} of a text, and so can write: \`clipstep generate --model <this folder>\`.

## How good it is
${test ? languageSentence(test, 'the test part') : 'Not measured: the text had no test part.'}
${baselines.length > 0 ? `What it has to beat:\n\n${languageBaselineText(baselines)}\n` : ''}
Probabilities are over the whole vocabulary of ${vocabulary.length} ${unit}s, with one more for all unknown ones, and marks.

## What it is
- Recurrent network: ${layersWords(recurrent)}, an answer for every ${unit}.
- ${result.parameterCount.toLocaleString('en')} parameters.

## How it was made
Text: ${result.datasetName}. Trained on ${tokens.train.toLocaleString('en')} ${unit}s${validationText(result)}.
The ${tokens.test.toLocaleString('en')} ${unit}s of the test part were scored once, after the training. Each step read ${training.timesteps} ${unit}s at ${training.batchSize} places of
the text, starting from the states that the step before ended with.
Engine ${result.engine}, seed ${pipeline.seed}, ${versionsText(result.versions)}. Every epoch's figures are in metrics.json.${resumedSentence(result)}

    ${command}
`;
}

function validationText({ tokens: { validation }, pipeline: { training } }: LanguageResult): string {
  if (validation === 0) return '';
  const use = training.keep === 'last' ? 'chose nothing of the network' : 'chose the epoch';
  return `; ${validation.toLocaleString('en')} more ${use}`;
}
