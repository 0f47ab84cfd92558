import type { TranslationResult } from '../train/translation/train-translation-model.js';
import { descriptionParagraph } from './description.js';
import { layersWords } from './network-words.js';
import { nearestSentence, perplexitySentence, translationSentence } from './translation-words.js';
import { resumedSentence, versionsText } from './words.js';

/**
 * The README.md of a trained translation model: what it is, how good it is, how it was made.
 * @param options.command what makes the model again.
 */
export function translationCard(result: TranslationResult, { command }: { command: string }): string {
  const { pipeline, vocabulary, sourceVocabulary, test, nearest, pairs } = result;
  const { input, recurrent } = pipeline;
  const unit = input.kind === 'text' ? input.unit : 'token';
  return `# ${pipeline.name}
${descriptionParagraph(pipeline)}
It writes a text that follows from another: \`clipstep translate --model <this folder> TEXT\`.

## How good it is
${test ? `${translationSentence(test, 'the test part')}\n${perplexitySentence(test)}` : 'Not measured: the data had no test part.'}
${nearest ? `\n${nearestSentence(nearest)}\n` : ''}
It knows ${vocabulary.length.toLocaleString('en')} ${unit}s to write and ${sourceVocabulary.length.toLocaleString('en')} to read; all others it reads as one unknown ${unit}, and it never writes that.

## What it is
- Reads: ${recurrent.source ? layersWords(recurrent.source) : 'nothing'}.
- Writes: ${layersWords(recurrent)}, each ${unit} attending to what was read (Luong et al. 2015).
- ${result.parameterCount.toLocaleString('en')} parameters.

## How it was made
Data: ${result.datasetName}. Trained on ${pairs.train.toLocaleString('en')} pairs${tooLongText(result)}${validationText(result)}.
The ${pairs.test.toLocaleString('en')} pairs of the test part were translated once, after the training.
Engine ${result.engine}, seed ${pipeline.seed}, ${versionsText(result.versions)}. Every epoch's figures are in metrics.json.${resumedSentence(result)}

    ${command}
`;
}

const tooLongText = ({ pairs: { tooLong } }: TranslationResult): string =>
  tooLong > 0 ? `, without ${tooLong.toLocaleString('en')} that are too long` : '';

function validationText({ pairs: { validation }, pipeline: { training } }: TranslationResult): string {
  if (validation === 0) return '';
  const use = training.keep === 'last' ? 'chose nothing of the network' : 'chose the epoch';
  return `; ${validation.toLocaleString('en')} more ${use}`;
}
