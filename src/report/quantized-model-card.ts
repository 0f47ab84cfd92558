import type { Bundle } from '../bundle/bundle.js';
import { percent } from '../platform/percent.js';
import type { Comparison } from '../quantize/compare-models.js';
import { descriptionParagraph } from './description.js';
import { accuracySentence, exampleNoun } from './words.js';

/** The README.md of a quantized model: what it was made from and with, and how it compares. */
export function quantizedModelCard(options: {
  /** What it was made from. */
  bundle: Bundle;
  out: string;
  data?: string | undefined;
  /** How many were looked at. */
  frames: number;
  comparison: Comparison | null;
}): string {
  const { bundle, frames, out, data } = options;
  const { pipeline, labels, weights } = bundle.manifest;
  const command = ['clipstep quantize', bundle.folder, ...(data ? ['--data', data] : []), '--out', out];
  return `# ${pipeline.name}, encoder in int8
${descriptionParagraph(pipeline)}
Classes: ${labels.join(', ')}.

## How good it is
${comparisonText(options)}
## How it was made
From ${bundle.folder} (sha256 of its weights: ${weights.sha256}); its model card says how it was trained.
The encoder's kernels are in 8 bits with a scale for each output channel, except in the first three blocks; its feature maps have
256 levels, chosen on ${frames} frames of the training part${data ? ` of ${data}` : ''}. Everything else stays in float32. It needs the onnx engine.

    ${command.join(' ')}
`;
}

function comparisonText({ bundle, comparison }: { bundle: Bundle; comparison: Comparison | null }): string {
  if (!comparison) return 'Not measured: the data had no readable test part.\n';
  const { float32, int8, agreement, probabilityDifference } = comparison;
  const noun = `test ${exampleNoun(bundle.manifest.pipeline)}`;
  return `| encoder | accuracy on the test part | log loss |
|---|---|---|
| int8 | ${percent(int8.accuracy)} | ${int8.logLoss.toFixed(3)} |
| float32 | ${percent(float32.accuracy)} | ${float32.logLoss.toFixed(3)} |

${accuracySentence(int8, noun)} Both models give ${percent(agreement)} of them the same class;
their probabilities differ by ${probabilityDifference.mean.toFixed(3)} on average and ${probabilityDifference.largest.toFixed(3)} at most.
`;
}
