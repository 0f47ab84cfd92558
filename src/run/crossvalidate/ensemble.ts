import { saveBundle } from '../../bundle/bundle.js';
import type { Pipeline } from '../../config.js';
import type { Tensor, Weights } from '../../tensors/tensor.js';
import { exampleNoun, furtherFigures, leakSentence, percent } from '../evaluate/words.js';
import { ladderText } from '../ladder/ladder-words.js';
import type { Fold } from './fold.js';
import type { FoldSummary } from './summary.js';

/**
 * Writes one model out of all folds' networks, whose answer is the mean of their probabilities. Its pipeline
 * leaves no part for testing, since every example trained some of its members.
 *
 * @returns its folder.
 */
export async function saveEnsemble(
  folder: string,
  options: {
    folds: readonly Fold[];
    pipeline: Pipeline;
    summary: FoldSummary;
    /** Every figure of the cross-validation, as JSON. */
    metrics: string;
    /** What makes the model again. */
    command: string;
  },
): Promise<string> {
  const { folds, pipeline, summary, metrics, command } = options;
  const { labels, engine, versions } = folds[0]!.bundle.manifest;
  await saveBundle(folder, {
    manifest: {
      pipeline: { ...pipeline, split: { validation: 0, test: 0 } },
      ...{ labels, engine, versions },
      test: null,
      temperature: 1,
      minProbability: 0,
      seed: pipeline.seed,
    },
    members: folds.flatMap(({ bundle: { members, manifest } }) =>
      members.map((weights) => tempered(weights, manifest.temperature)),
    ),
    files: { 'README.md': card(folds, { pipeline, summary, command }), 'metrics.json': metrics },
  });
  return folder;
}

/** A network that answers as it does at a temperature: its logits are linear in the head's weights. */
function tempered(weights: Weights, temperature: number): Weights {
  const scaled = ({ shape, data }: Tensor) => ({ shape, data: data.map((value) => value / temperature) });
  return new Map(
    [...weights].map(([name, tensor]) => [name, name.startsWith('head.') ? scaled(tensor) : tensor]),
  );
}

function card(
  folds: readonly Fold[],
  { pipeline, summary, command }: { pipeline: Pipeline; summary: FoldSummary; command: string },
): string {
  const { labels, engine, versions } = folds[0]!.bundle.manifest;
  const { mean, standardDeviation } = summary.accuracy;
  const [low, high] = summary.outOfFold.groupInterval;
  return `# ${pipeline.name}, the average of ${folds.length} folds

${pipeline.description.trim()}

Classes: ${labels.join(', ')}.

## How good it is
It answers with the mean of the probabilities of the ${folds.length} networks of a cross-validation. Each of them, on
${exampleNoun(pipeline)} that it had not seen, was right in ${percent(mean)} (standard deviation over folds ${percent(standardDeviation)}; 95 % interval
${percent(low)} to ${percent(high)} over groups). ${furtherFigures(summary.outOfFold)}${leakSentence(summary.leaks)}
The mean of all cannot be tested on the same ${exampleNoun(pipeline)}, since each of them trained some of the networks: give
\`clipstep evaluate\` others, with --split all.

${calibrationSentence(pipeline)}What each network has to be better than:

${ladderText(summary.ladder)}

## How it was made
Engine ${engine}, seed ${pipeline.seed}, ${Object.entries(versions)
    .map(([name, version]) => `${name} ${version}`)
    .join(', ')}.

    ${command}
`;
}

const calibrationSentence = ({ split }: Pipeline): string =>
  split.validation > 0 ? '' : 'Its probabilities are not calibrated: nothing was kept back for that.\n\n';
