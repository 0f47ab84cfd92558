import { rm } from 'node:fs/promises';
import { loadBaselines } from '../bundle/baselines-file.js';
import { saveBundle } from '../bundle/bundle.js';
import { isModel } from '../bundle/model-folder.js';
import type { Fold } from '../crossvalidate/fold.js';
import { withOneVocabulary } from '../crossvalidate/one-vocabulary.js';
import type { CrossValidation } from '../crossvalidate/run-folds.js';
import type { Dataset } from '../datasets/dataset.js';
import { foldsTogether, splitDigest } from '../datasets/split.js';
import { ensembleReport, type FoldsTold } from '../report/crossvalidation-report.js';
import { ensembleCard } from '../report/ensemble-card.js';
import { TRAINED_BASELINES, type TrainedBaseline } from '../tasks/classification/baselines.js';
import type { Tensor, Weights } from '../tensors/tensor.js';

/**
 * Writes one model out of all folds' networks, whose answer is the mean of their probabilities, each at the temperature
 * that fits what all of them said of their test parts. Its pipeline leaves no part for testing, since every example trained some of its members.
 * @throws UserError as saveBundle.
 */
export async function saveEnsemble(folder: string, options: EnsembleOptions): Promise<void> {
  const { folds, result, metrics, dataset } = options;
  const { pipeline, selection } = result;
  const { labels, engine, versions } = folds[0]!.bundle.manifest;
  const { vocabulary, members } = withOneVocabulary(
    folds.map(({ bundle: { members: own, manifest } }) => ({
      vocabulary: manifest.vocabulary,
      members: own.map((weights) => tempered(weights, result.temperature)),
    })),
  );
  // A run that was resumed may have come this far before; the folds' models make it again.
  if (await isModel(folder)) await rm(folder, { recursive: true });
  await saveBundle(folder, {
    manifest: {
      pipeline: { ...pipeline, split: { validation: 0, test: 0 } },
      labels,
      vocabulary,
      engine,
      versions,
      test: null,
      data: splitDigest(dataset, foldsTogether(dataset)),
      temperature: 1,
      minProbability: selection?.overall.minProbability ?? 0,
      maxDistance: result.maxDistance,
      seed: pipeline.seed,
    },
    members,
    baselines: await baselinesOf(folds),
    files: {
      'README.md': ensembleCard(result, options),
      'metrics.json': metrics,
      'report.html': await ensembleReport(result, options),
    },
  });
}

/** Those that all folds keep, of all their networks. */
async function baselinesOf(folds: readonly Fold[]): Promise<TrainedBaseline[]> {
  const ofFolds = await Promise.all(
    folds.map(async ({ bundle }) => {
      const { vocabulary } = bundle.manifest;
      return (await loadBaselines(bundle)).map((baseline) => ({ ...baseline, vocabulary }));
    }),
  );
  return TRAINED_BASELINES.flatMap((name) => {
    const own = ofFolds.flatMap((baselines) => baselines.filter((baseline) => baseline.name === name));
    return own.length < folds.length ? [] : [{ name, members: withOneVocabulary(own).members }];
  });
}

interface EnsembleOptions extends FoldsTold {
  readonly result: CrossValidation;
  readonly dataset: Dataset;
  /** Every figure of the cross-validation, as JSON. */
  readonly metrics: string;
}

/** A network that answers as it does at a temperature: its logits are linear in the head's weights. */
function tempered(weights: Weights, temperature: number): Weights {
  const scaled = ({ shape, data }: Tensor) => ({ shape, data: data.map((value) => value / temperature) });
  return new Map(
    [...weights].map(([name, tensor]) => [name, name.startsWith('head.') ? scaled(tensor) : tensor]),
  );
}
