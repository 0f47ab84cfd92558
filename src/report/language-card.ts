import type { LanguageResult } from '../train/language/train-language.js';
import { languageBaselineText, languageSentence } from './language-words.js';
import { layersWords } from './network-words.js';
import { versionsText } from './words.js';

/**
 * The README.md of a trained model of language: what it is, how good it is, how it was made.
 * @param options.command what makes the model again.
 */
export function languageCard(result: LanguageResult, { command }: { command: string }): string {
  const { pipeline, vocabulary, tokens, test, baselines } = result;
  const { input, recurrent, training } = pipeline;
  const unit = input.kind === 'text' ? input.unit : 'token';
  return `# ${pipeline.name}

${pipeline.description.trim()}

It says which ${unit} comes next in a text, and so writes: \`clipstep generate --model <this folder>\`.

## How good it is
${test ? languageSentence(test, 'the test part') : 'Not measured: the text had no test part.'}
${baselines.length > 0 ? `What it has to be better than:\n\n${languageBaselineText(baselines)}\n` : ''}
Probabilities are those of the whole softmax over ${vocabulary.length} ${unit}s, one for all that are unknown, and marks.

## What it is
- Recurrent network: ${layersWords(recurrent)}, an answer for every ${unit}.
- ${result.parameterCount.toLocaleString('en')} parameters.

## How it was made
Text: ${result.datasetName}, ${tokens.train.toLocaleString('en')} ${unit}s to train, ${tokens.validation.toLocaleString('en')} ${training.keep === 'last' ? 'that nothing of the network was chosen by' : 'chose the epoch'}, ${tokens.test.toLocaleString('en')} are
the test part; the last were scored once, after the training. A step read ${training.timesteps} ${unit}s of ${training.batchSize} places, from the
states that the step before ended with.
Engine ${result.engine}, seed ${pipeline.seed}, ${versionsText(result.versions)}. Every epoch's figures are in metrics.json.

    ${command}
`;
}
