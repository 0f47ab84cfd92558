import type { Pipeline, Sampling } from '../../config.js';
import type { Weights } from '../../tensors/tensor.js';
import type { Evaluation } from '../evaluate.js';
import type { TrainResult } from './train.js';

/** The README.md of a trained model: what it is, how it was made, how good it is, how to make it again. */
export function modelCard(options: {
  pipeline: Pipeline;
  labels: readonly string[];
  clips: { train: number; validation: number; test: number };
  versions: Readonly<Record<string, string>>;
  engine: string;
  /** What makes the model again. */
  command: string;
  result: TrainResult;
  weights: Weights;
}): string {
  const { pipeline, labels, clips, result } = options;
  return `# ${pipeline.name}

${pipeline.description.trim()}

Classes: ${labels.join(', ')}.

## How good it is
${resultSection(result.test)}
## What it is
${networkSection(pipeline, options.weights)}
## How it was made
Trained on ${clips.train} clips, ${clips.validation} further ones chose the epoch, ${clips.test} others are the test part;
the last were scored once, after the training. ${skippedSentence(result)}
Engine ${options.engine}, seed ${pipeline.seed}, ${Object.entries(options.versions)
    .map(([name, version]) => `${name} ${version}`)
    .join(', ')}. Every epoch's figures are in metrics.json.

    ${options.command}
`;
}

/** A share as a percentage with one decimal. */
export const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;

function resultSection(test: Evaluation | null): string {
  if (!test) return 'Not measured: the dataset had no test part.\n';
  const rows = test.classes.map(
    ({ label, examples, precision, recall, f1 }) =>
      `| ${label} | ${examples} | ${shareOrDash(precision)} | ${shareOrDash(recall)} | ${shareOrDash(f1)} |`,
  );
  const [low, high] = test.interval;
  return `Accuracy on ${test.examples} test clips: ${percent(test.accuracy)} (95 % interval ${percent(low)} to ${percent(high)}).
With each clip's frames in a random order: ${percent(test.shuffledAccuracy)}.
Balanced accuracy: ${percent(test.balancedAccuracy)}. Log loss: ${test.logLoss.toFixed(3)} nats.

| class | clips | precision | recall | F1 |
|---|---|---|---|---|
${rows.join('\n')}
`;
}

function networkSection({ sampling, preprocessing, encoder, recurrent }: Pipeline, weights: Weights): string {
  const parameters = [...weights.values()].reduce((sum, { data }) => sum + data.length, 0);
  const origin =
    encoder.weights === 'scratch' ? 'trained from scratch' : `pretrained weights: ${encoder.weights}`;
  const direction = recurrent.bidirectional ? 'bidirectional ' : '';
  return `- Input: ${samplingWords(sampling)}, ${preprocessing.size} x ${preprocessing.size} pixels (${preprocessing.fit}, ${preprocessing.kernel}).
- Encoder: ${encoder.architecture}, alpha ${encoder.alpha}, ${encoder.pooling.kind} pooling, ${origin}.
- Recurrent network: ${recurrent.layers} x ${direction}${recurrent.cell} of ${recurrent.units} units, readout ${recurrent.readout}.
- ${parameters.toLocaleString('en')} parameters.
`;
}

function samplingWords(sampling: Sampling): string {
  switch (sampling.kind) {
    case 'uniform':
      return `${sampling.frames} frames at the centres of equal spans`;
    case 'segments':
      return `${sampling.frames} frames, one of each of equal spans`;
    case 'fps':
      return `${sampling.framesPerSecond} frames a second, at most ${sampling.maxFrames}`;
    case 'keyframes':
      return `keyframes, at most ${sampling.maxFrames}`;
  }
}

function skippedSentence({ skipped }: TrainResult): string {
  return skipped.length === 0
    ? 'No clip was left out.'
    : `${skipped.length} entries were left out; metrics.json names each and why.`;
}

const shareOrDash = (share: number | null): string => (share === null ? '-' : percent(share));
