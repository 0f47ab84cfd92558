import { basename } from 'node:path';
import { inputOf } from '../inputs/input-kinds.js';
import type { Augmentation } from '../inputs/video/augmentation-schema.js';
import { READOUT_LAYOUTS } from '../network/readouts.js';
import { segmentOf } from '../network/recurrent.js';
import type { Pipeline } from '../pipeline/schema.js';
import { countedOf } from '../platform/counted.js';
import { percent } from '../platform/percent.js';
import type { Trained } from '../train/train-network.js';
import { descriptionParagraph } from './description.js';
import { layersWords } from './network-words.js';
import { entriesText, exampleNoun, leakSentence, resumedSentence, versionsText } from './words.js';

/** What the card of a model says of its task, in Markdown. */
interface CardOfTask {
  /** What its outputs stand for. */
  readonly subject: string;
  /** How good it is, to the last line's end. */
  readonly results: string;
}

/**
 * The README.md of a trained model: what it is, how it was made, how good it is, how to make it again.
 * @param options.command what makes the model again.
 */
export function modelCard(
  result: Trained,
  { subject, results, command }: CardOfTask & { command: string },
): string {
  const { pipeline, examples } = result;
  const noun = exampleNoun(pipeline);
  return `# ${pipeline.name}
${descriptionParagraph(pipeline)}
${subject}

## How good it is
${results}
## What it is
${networkSection(pipeline, result)}
## How it was made
${distilSentence(pipeline, result)}Data: ${result.datasetName}. Trained on ${countedOf(examples.train, noun)}${outlierWords(result)}${validationWords(result)}.
The ${countedOf(examples.test, `test ${noun}`)} ${examples.test === 1 ? 'was' : 'were'} scored once, after the training. ${skippedSentence(result)}${leakSentence(result.leaks)}${augmentationSentence(pipeline.training.augmentation)}${mixupSentence(pipeline.training)}
Engine ${result.engine}, seed ${pipeline.seed}, ${versionsText(result.versions)}. Every epoch's figures are in metrics.json.${resumedSentence(result)}

    ${command}
`;
}

function networkSection({ input, recurrent, training }: Pipeline, { parameterCount }: Trained): string {
  return `${inputOf(input).describe()}
- Recurrent network: ${layersWords(recurrent)}, readout ${readoutWords(recurrent)}.${membersSentence(input, training.networks)}
- ${parameterCount.toLocaleString('en')} parameters.
`;
}

function readoutWords(recurrent: Pipeline['recurrent']): string {
  const { readout, upper } = recurrent;
  if (!upper && !READOUT_LAYOUTS[readout].cutsSegments) return readout;
  const words = `${readout}, segments of ${segmentOf(recurrent)} timesteps`;
  return upper ? `${words}; over them ${layersWords(upper)}, readout ${upper.readout}` : words;
}

/** Networks whose probabilities are averaged. */
function membersSentence(input: Pipeline['input'], networks: number): string {
  const timestep = inputOf(input).timestep([]);
  const apart = timestep.kind === 'pictures' ? timestep.apart : 1;
  if (apart * networks === 1) return '';
  const each = apart > 1 ? `${networks} for each stream` : `${networks}`;
  return ` Networks whose probabilities are averaged: ${each}.`;
}

/** Such as "Each clip was trained on in 4 views: flip 0.5, speed 0.8 to 1." */
function augmentationSentence(augmentation: Augmentation | undefined): string {
  if (!augmentation) return '';
  const { views, colour, speed, ...shares } = augmentation;
  const settings = Object.entries({ ...shares, ...colour, speed: speed?.join(' to ') });
  const words = settings.flatMap(([name, value]) => (value === undefined ? [] : [`${name} ${value}`]));
  return `\nEach clip was trained on in ${views} random views${words.length > 0 ? `: ${words.join(', ')}` : ''}.`;
}

/** What the encoder learned before all else, and how well. */
function distilSentence({ distil }: Pipeline, { history }: Trained): string {
  if (!distil) return '';
  const { teacher, epochs, pictures } = distil;
  const missed = history.findLast(({ trainAccuracy }) => trainAccuracy === null)!.trainLoss;
  return `The encoder was distilled (arXiv 1412.6550): it first learned to predict the features that ${teacher.architecture},
alpha ${teacher.alpha} (weights: ${teacher.weights}) computes from pictures of ${teacher.size} x ${teacher.size} pixels, on the training clips alone: ${epochs} epochs
of ${pictures} pictures of each clip. In the last it missed ${percent(missed)} of their variance.
`;
}

const validationWords = ({ pipeline, examples: { validation } }: Trained): string =>
  validation === 0
    ? ''
    : `; ${validation} more ${pipeline.training.keep === 'last' ? 'fitted the temperature' : 'chose the epoch'}`;

const outlierWords = ({ pipeline, examples: { outliers } }: Trained): string =>
  outliers === 0
    ? ''
    : ` beside outliers, which are of none of the classes (outlier exposure, arXiv 1812.04606): ${outliers} of ${basename(pipeline.outliers!)}, at most half as many in an epoch as there are ${exampleNoun(pipeline)}`;

function mixupSentence({ mixup }: Pipeline['training']): string {
  if (mixup === undefined) return '';
  return `\nIn training, each was mixed with another, with a share from Beta(${mixup}, ${mixup}) (mixup, arXiv 1710.09412).`;
}

function skippedSentence({ skipped }: Trained): string {
  return skipped.length === 0
    ? 'Nothing was left out.'
    : `${entriesText(skipped)} left out; metrics.json says which and why.`;
}
