import { saveBundle } from '../../bundle/bundle.js';
import type { Pipeline } from '../../config.js';
import type { Tensor, Weights } from '../../tensors/tensor.js';
import { percent } from '../evaluate/words.js';
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
  options: { folds: readonly Fold[]; pipeline: Pipeline; summary: FoldSummary },
): Promise<string> {
  const { folds, pipeline, summary } = options;
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
    files: { 'README.md': card(options.folds.length, { pipeline, labels, summary }) },
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
  count: number,
  { pipeline, labels, summary }: { pipeline: Pipeline; labels: readonly string[]; summary: FoldSummary },
): string {
  const { mean, standardDeviation } = summary.accuracy;
  const [low, high] = summary.outOfFold.groupInterval;
  return `# ${pipeline.name}, ${count} networks

${pipeline.description.trim()}

Classes: ${labels.join(', ')}.

It answers with the mean of the probabilities of the ${count} networks of a cross-validation. Each of them, on clips
that it had not seen, was right in ${percent(mean)} (standard deviation over folds ${percent(standardDeviation)}; 95 % interval
${percent(low)} to ${percent(high)} over groups). The mean of all cannot be tested on the same clips, since each of them trained
some of the networks: give \`clipstep evaluate\` other clips, with --split all.
`;
}
