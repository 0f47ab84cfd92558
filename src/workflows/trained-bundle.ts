import type { NewBundle } from '../bundle/bundle.js';
import { splitDigest } from '../datasets/split.js';
import { classificationResults } from '../report/classification-words.js';
import { modelCard } from '../report/model-card.js';
import { readStrips } from '../report/read-strips.js';
import { trainingReport } from '../report/training-report.js';
import { exampleNoun } from '../report/words.js';
import { summaryOf } from '../tasks/classification/summary.js';
import { resultFiles } from '../train/result-files.js';
import type { Scores } from '../train/score.js';
import type { FinishedTraining } from '../train/train-network.js';

/**
 * All files of a trained classifier: what it is, its weights, its model card, every figure, and a page of them.
 * @param options.command that trains such a model again.
 * @throws UserError as readStrips.
 */
export async function trainedBundle(
  { opened, members, baselines: trained, result }: FinishedTraining<Scores>,
  { command }: { command: string },
): Promise<NewBundle> {
  const { run, split } = opened;
  const { pipeline, labels, temperature, minProbability, maxDistance, engine, versions, predictions } =
    result;
  const { test, baselines } = result;
  const shuffled = baselines?.classifiers.find(({ name }) => name === 'shuffled');
  const highlights = await readStrips({ predictions, pipeline, examples: split.test, signal: run.signal });
  return {
    manifest: {
      pipeline,
      labels: [...labels],
      vocabulary: run.vocabulary && [...run.vocabulary],
      test: test && summaryOf(test, shuffled?.accuracy),
      data: splitDigest(run, split),
      temperature,
      minProbability,
      maxDistance,
      seed: pipeline.seed,
      engine,
      versions,
    },
    members,
    baselines: trained,
    files: {
      'README.md': modelCard(result, {
        subject: `Classes: ${labels.join(', ')}.`,
        results: classificationResults(result, exampleNoun(pipeline)),
        command,
      }),
      ...resultFiles(result),
      'report.html': await trainingReport(result, { highlights, command }),
    },
  };
}
