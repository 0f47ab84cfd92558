import { basename, join } from 'node:path';
import * as z from 'zod';
import { readManifest } from '../bundle/manifest.js';
import type { Pipeline } from '../pipeline/schema.js';
import { exists } from '../platform/exists.js';
import { readRegularText } from '../platform/regular-file.js';
import { span } from '../report/baseline-words.js';
import { methodText } from '../report/words.js';
import { answerOf, type Limits, rankClasses } from '../tasks/classification/answer.js';
import { type BaselineName, type Baselines, measureBaselines } from '../tasks/classification/baselines.js';
import { assess } from '../tasks/classification/evaluation.js';
import { classifiersOf, logitsOf, type Prediction } from '../tasks/classification/predictions.js';
import { readResultFiles } from '../train/result-files.js';
import { adviceFor } from './advice.js';
import { type ClipListing, clipId, type StoredClip } from './clip-folder.js';
import { epochPoints, epochSchema } from './epoch-points.js';
import type { BaselineFigure, ClipAnswer, EpochPoint, RunResult } from './messages.js';

export const REPORT_FILE = 'report.html';

/**
 * What came of a training, from the folder of its model.
 *
 * @param clips.listing as they are now.
 * @param clips.usable those of them that a model can learn from.
 * @throws UserError as readManifest and readResultFiles.
 */
export async function readRunResult(
  folder: string,
  { listing, usable }: { listing: ClipListing; usable: readonly StoredClip[] },
): Promise<RunResult> {
  const manifest = await readManifest(folder);
  const { labels, seed } = manifest;
  const { predictions } = await readResultFiles(folder, labels);
  const answers = predictions.map((prediction) =>
    answerTo(prediction, { labels, limits: manifest, listing }),
  );
  const about = {
    name: basename(folder),
    labels,
    answers,
    epochs: await readEpochs(folder, manifest.pipeline),
    hasReport: await exists(join(folder, REPORT_FILE)),
  };
  if (predictions.length === 0) {
    const advice = adviceFor({ labels: listing.labels, answers, usable });
    return { ...about, test: null, baselines: [], sentences: [], confusion: [], advice };
  }
  const answered = answers.filter(({ unknown }) => unknown === null);
  const examples = predictions.map(({ example }) => example);
  const figures = assess({ examples, logits: logitsOf(predictions), labels, seed });
  const baselines = measureBaselines({ examples, predictions: classifiersOf(predictions), seed });
  return {
    ...about,
    test: {
      accuracy: figures.accuracy,
      interval: figures.interval,
      examples: figures.examples,
      method: methodText(figures),
      answered: answered.length,
      rightOfAnswered: answered.filter(({ label, predicted }) => label === predicted).length,
    },
    baselines: baselineFigures(baselines),
    sentences: plainSentences(baselines),
    confusion: figures.confusion,
    advice: adviceFor({ labels: listing.labels, answers, usable }),
  };
}

function answerTo(
  { example, probabilities, distance }: Prediction,
  context: { labels: readonly string[]; limits: Limits; listing: ClipListing },
): ClipAnswer {
  const { labels, limits, listing } = context;
  const best = rankClasses(probabilities, labels)[0]!; // a model has classes
  const id = clipId(example.id);
  const clip = listing.clips.find((each) => each.id === id);
  const label = labels[example.label]!;
  const answer = answerOf({ best, distance }, limits);
  return {
    id: clip?.id ?? null,
    version: clip?.version ?? null,
    isFolder: clip?.isFolder ?? false,
    name: example.id.slice(label.length + 1),
    label,
    predicted: best.label,
    probability: best.probability,
    unknown: answer.kind === 'unknown' ? answer.reason : null,
  };
}

/** What the classifiers are to people who read no papers. */
const PLAIN_WORDS: Readonly<Record<BaselineName, string>> = {
  majority: 'always the most frequent class',
  middle: 'one frame alone',
  mean: 'frames without their order',
  ngrams: 'words without their order',
  shuffled: 'your model, frames in random order',
  network: 'your model',
};

function baselineFigures({ classifiers }: Baselines): BaselineFigure[] {
  return classifiers.map(({ name, accuracy, interval }) => ({
    name: PLAIN_WORDS[name],
    isNetwork: name === 'network',
    accuracy,
    interval,
  }));
}

/** What the comparisons mean. */
export function plainSentences({ order, recurrence }: Pick<Baselines, 'order' | 'recurrence'>): string[] {
  return [
    ...(order
      ? [
          order.isShown
            ? `The order of the frames matters: with the frames shuffled, your model loses ${span(order)}.`
            : `This test does not show that the order of the frames matters: with the frames shuffled, ${order.difference === 0 ? 'your model does just as well' : `the difference is ${span(order)}`}.`,
        ]
      : []),
    ...(recurrence
      ? [
          recurrence.isShown
            ? `Your model beats frames without their order by more than chance: by ${span(recurrence)}.`
            : `This test does not show that your model beats frames without their order: ${recurrence.difference === 0 ? 'they do just as well' : `the difference is ${span(recurrence)}`}.`,
        ]
      : []),
  ];
}

const epochsSchema = z.object({ epochs: z.array(epochSchema) });

/** None where the metrics of another version cannot be read. */
async function readEpochs(folder: string, pipeline: Pipeline): Promise<EpochPoint[]> {
  try {
    const text = await readRegularText(join(folder, 'metrics.json'));
    return epochPoints(epochsSchema.parse(JSON.parse(text)).epochs, pipeline);
  } catch {
    return [];
  }
}
