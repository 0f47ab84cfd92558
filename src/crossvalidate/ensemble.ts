import { saveBundle } from '../bundle/bundle.js';
import type { Pipeline } from '../pipeline/schema.js';
import { baselineText } from '../report/baseline-words.js';
import { ensembleReport } from '../report/crossvalidation-report.js';
import type { Highlights } from '../report/highlights.js';
import { overallSentence, span } from '../report/selection-words.js';
import type { Strip } from '../report/strips.js';
import { exampleNoun, furtherFigures, leakSentence, percent } from '../report/words.js';
import type { Tensor, Weights } from '../tensors/tensor.js';
import type { CrossvalidateResult } from './crossvalidate.js';
import type { Fold } from './fold.js';

/**
 * Writes one model out of all folds' networks, whose answer is the mean of their probabilities. Its pipeline
 * leaves no part for testing, since every example trained some of its members.
 * @throws UserError as saveBundle.
 */
export async function saveEnsemble(folder: string, options: EnsembleOptions): Promise<void> {
  const { folds, result, metrics } = options;
  const { pipeline, selection } = result;
  const { labels, engine, versions } = folds[0]!.bundle.manifest;
  await saveBundle(folder, {
    manifest: {
      pipeline: { ...pipeline, split: { validation: 0, test: 0 } },
      ...{ labels, engine, versions },
      test: null,
      temperature: 1,
      minProbability: selection?.overall.minProbability ?? 0,
      seed: pipeline.seed,
    },
    members: folds.flatMap(({ bundle: { members, manifest } }) =>
      members.map((weights) => tempered(weights, manifest.temperature)),
    ),
    files: {
      'README.md': card(options),
      'metrics.json': metrics,
      'report.html': await ensembleReport(result, options),
    },
  });
}

interface EnsembleOptions {
  readonly folds: readonly Fold[];
  readonly result: CrossvalidateResult;
  /** Of the report. */
  readonly highlights: Highlights<Strip>;
  /** Every figure of the cross-validation, as JSON. */
  readonly metrics: string;
  /** What makes the model again. */
  readonly command: string;
}

/** A network that answers as it does at a temperature: its logits are linear in the head's weights. */
function tempered(weights: Weights, temperature: number): Weights {
  const scaled = ({ shape, data }: Tensor) => ({ shape, data: data.map((value) => value / temperature) });
  return new Map(
    [...weights].map(([name, tensor]) => [name, name.startsWith('head.') ? scaled(tensor) : tensor]),
  );
}

function card({ folds, result, command }: EnsembleOptions): string {
  const { pipeline, accuracy, outOfFold, leaks, baselines, selection } = result;
  const { labels, engine, versions } = folds[0]!.bundle.manifest;
  const { mean, standardDeviation } = accuracy;
  const noun = exampleNoun(pipeline);
  return `# ${pipeline.name}, the average of ${folds.length} folds

${pipeline.description.trim()}

Classes: ${labels.join(', ')}.

## How good it is
It answers with the mean of the probabilities of the ${folds.length} folds of a cross-validation. Each fold was tested on
${noun} that it had not seen, and ${percent(outOfFold.accuracy)} of all answers were right (95 % interval ${span(outOfFold)} over groups;
mean of the folds ${percent(mean)}, standard deviation ${percent(standardDeviation)}). ${furtherFigures(outOfFold)}${leakSentence(leaks)}
The mean of all cannot be tested on the same ${noun}, since each of them trained some of its networks: give
\`clipstep evaluate\` others, with --split all.

${calibrationSentence(pipeline)}${selection ? `${overallSentence(selection)}\n\n` : ''}What each network has to be better than:

${baselineText(baselines)}

## How it was made
Engine ${engine}, seed ${pipeline.seed}, ${Object.entries(versions)
    .map(([name, version]) => `${name} ${version}`)
    .join(', ')}.

    ${command}
`;
}

const calibrationSentence = ({ split }: Pipeline): string =>
  split.validation > 0 ? '' : 'Its probabilities are not calibrated: nothing was kept back for that.\n\n';
