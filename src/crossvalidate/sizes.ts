import { readAdjustedPipeline } from '../pipeline/adjust-pipeline.js';
import { percent } from '../platform/percent.js';
import { groupInterval } from '../tasks/bootstrap.js';
import { predictedClasses } from '../tasks/classification/evaluation.js';
import { measure } from '../tasks/classification/metrics.js';
import { runStages } from '../train/run-stages.js';
import { scoreNetwork } from '../train/score.js';
import { openBriefTraining } from './brief-training.js';
import type { CrossvalidateOptions } from './crossvalidate-options.js';
import { adjustmentsOf, type FoldPosition, positionText } from './position.js';
import { openSizeResults, type SizeResult, type SizeResults, trainingDigest } from './size-results.js';

/** How good the pipeline is on so many examples of each class. */
export interface SizeFigure {
  /** Most of each class in a fold's training part; null: all there are. */
  readonly perClass: number | null;
  /** Of all classes, a fold's on average. */
  readonly trained: number;
  /** Share of all out-of-fold answers that is right, all repeats in one. */
  readonly accuracy: number;
  /** 95 %, over groups; see bootstrap.ts. */
  readonly interval: readonly [low: number, high: number];
  /** In nats. */
  readonly logLoss: number;
}

/**
 * Trains every fold again on so many examples of each class: the smaller sizes are parts of the larger ones, test parts
 * are the folds' own. A size at which nothing would be left out is none. Results are kept in sizes.json as they come.
 *
 * @throws UserError as openTraining and fitStage.
 */
export async function measureSizes(
  sizes: readonly number[],
  { options, positions }: { options: CrossvalidateOptions; positions: readonly FoldPosition[] },
): Promise<SizeFigure[]> {
  const kept = await openSizeResults(options.out);
  const figures: SizeFigure[] = [];
  for (const perClass of [...new Set(sizes)].sort((one, other) => one - other)) {
    const results: SizeResult[] = [];
    for (const position of positions) {
      const result = await resultOf(perClass, { position, options, kept });
      if (result) results.push(result);
    }
    if (results.length === positions.length)
      figures.push(figureOf(results, { perClass, seed: positions[0]!.seed }));
    else
      note(options, `${perClass} of a class: left out, since no class has that many in every training part`);
  }
  return figures;
}

/** Null where the training part has no more than that. */
async function resultOf(
  perClass: number,
  { position, options, kept }: { position: FoldPosition; options: CrossvalidateOptions; kept: SizeResults },
): Promise<SizeResult | null> {
  const { seed, number, of } = position;
  const whole = adjustmentsOf(options, { seed, fold: { number, of } });
  const set = { ...whole.set, 'split.perClass': String(perClass) };
  const opened = await openBriefTraining(await readAdjustedPipeline({ ...whole, set }), options);
  const { run, split } = opened;
  const counts = run.labels.map(
    (_, label) => split.train.filter((example) => example.label === label).length,
  );
  if (counts.every((count) => count < perClass)) return null;
  const digest = trainingDigest(opened);
  const known = kept.find(digest);
  if (known) return known;
  note(options, `${positionText(position)}, ${perClass} of a class`);
  const { members } = await runStages(opened);
  const { examples, logits } = await scoreNetwork(opened, members);
  const truth = examples.map(({ label }) => label);
  const { logLoss, accuracy } = measure({ logits, truth, labels: run.labels });
  note(options, `${positionText(position)}, ${perClass} of a class: ${percent(accuracy)}`);
  const answers = predictedClasses(logits, run.labels.length).map((label, index) => ({
    group: examples[index]!.group,
    isRight: label === truth[index],
  }));
  return kept.add({ digest, trained: split.train.length, logLoss, answers });
}

function figureOf(
  results: readonly SizeResult[],
  { perClass, seed }: { perClass: number; seed: number },
): SizeFigure {
  const answers = results.flatMap((result) => result.answers);
  const values = answers.map(({ group, isRight }) => ({ group, value: Number(isRight) }));
  const loss = results.reduce((sum, result) => sum + result.logLoss * result.answers.length, 0);
  return {
    perClass,
    trained: results.reduce((sum, { trained }) => sum + trained, 0) / results.length,
    accuracy: answers.filter(({ isRight }) => isRight).length / answers.length,
    interval: groupInterval(values, { seed }),
    logLoss: loss / answers.length,
  };
}

function note({ onEvent }: CrossvalidateOptions, message: string): void {
  onEvent?.({ kind: 'note', message });
}
