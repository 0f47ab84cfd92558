import { type Bundle, updateManifest } from '../bundle/bundle.js';
import type { SplitName } from '../datasets/dataset.js';
import { isGenerated } from '../datasets/open-data.js';
import type { Engine, EngineName, SequenceClassifier } from '../engine/engine.js';
import { loadClassifiers } from '../engine/members.js';
import { selectEngine } from '../engine/select.js';
import { UserError } from '../errors.js';
import { openCache } from '../inputs/feature-cache.js';
import { cacheFolder } from '../platform/cache-folder.js';
import { clipstepVersion } from '../platform/version.js';
import { type Features, openFeatures } from '../predict/features.js';
import { evaluationReport } from '../report/evaluation-report.js';
import {
  type BaselineName,
  type Baselines,
  measureBaselines,
  mostFrequentClass,
  readsOrder,
} from '../tasks/classification/baselines.js';
import { assess, type Evaluation, predictedClasses } from '../tasks/classification/evaluation.js';
import { type Prediction, predictionsOf } from '../tasks/classification/predictions.js';
import { chosenAndGiven, type Selection, selectAnswers } from '../tasks/classification/threshold.js';
import { requireCommand } from '../tasks/commands.js';
import { type Choices, chooseOnValidation } from './choices.js';
import { inOrder, type Scored, type Scorer, scoreExamples, shuffledOrder } from './evaluate.js';
import type { EvaluationEvent } from './evaluation-event.js';
import { openEvaluationFolder, writeEvaluation } from './evaluation-files.js';
import { type EvaluationParts, emptyPart, openEvaluationParts } from './evaluation-parts.js';
import { findLeaks, type Leak } from './leaks.js';

export interface EvaluateOptions {
  /** Folder of classes, or manifest; the data that the model's pipeline generates or downloads when absent. */
  readonly data?: string | undefined;
  /**
   * Part of the data, as the model's own pipeline and seed split it: on the data that it was trained on, the
   * parts of its training. `all`, for other data: every example. `test` when absent.
   */
  readonly split?: SplitName | 'all' | undefined;
  /** Classes that count as an answer in the top figure; 5 when absent. */
  readonly topCount?: number | undefined;
  readonly engine?: 'auto' | EngineName | undefined;
  /** Fit the temperature on the validation part first, and keep it in the model. */
  readonly calibrate?: boolean | undefined;
  /** Calibrate, and choose from which probability on answers are right that often. In (0, 1]. */
  readonly targetPrecision?: number | undefined;
  /** Answers less probable are `unknown`, here and not in the model. In [0, 1]; the model's own when absent. */
  readonly minProbability?: number | undefined;
  /** Folder for metrics.json, predictions.csv and report.html; nothing is written when absent. */
  readonly out?: string | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onEvent?: ((event: EvaluationEvent) => void) | undefined;
}

export interface BundleEvaluation extends Choices {
  /** Folder of the model. */
  readonly model: string;
  readonly split: SplitName | 'all';
  readonly engine: EngineName;
  /** Of clipstep, the engine and node. */
  readonly versions: Readonly<Record<string, string>>;
  readonly labels: readonly string[];
  readonly evaluation: Evaluation;
  /** The classifiers that need no training: the most frequent class, shuffled timesteps, the network. */
  readonly baselines: Baselines;
  /** What the model's threshold keeps; null when it has none. */
  readonly selection: Selection | null;
  readonly predictions: readonly Prediction[];
  /** What is the same, or nearly, in two parts of the split; nothing is compared for `all`. */
  readonly leaks: readonly Leak[];
  /** Clips that were left out, and why. */
  readonly skipped: ReadonlyArray<{ readonly path: string; readonly problem: string }>;
}

/**
 * Scores a trained model on labelled data, and writes what came of it.
 *
 * @throws UserError `usage` for a part that is empty or a threshold both chosen and given, `bad_dataset` for data
 *   that does not fit or has classes that the model does not know, `engine_unavailable`, `cannot_write`, `aborted`.
 */
export async function evaluateBundle(
  bundle: Bundle,
  options: EvaluateOptions = {},
): Promise<BundleEvaluation> {
  const { targetPrecision, minProbability } = options;
  requireCommand('evaluate', { name: bundle.folder, pipeline: bundle.manifest.pipeline });
  if (targetPrecision !== undefined && minProbability !== undefined) throw chosenAndGiven();
  const skipped: Array<{ path: string; problem: string }> = [];
  const onEvent = (event: EvaluationEvent) => {
    if (event.kind === 'skipped') skipped.push({ path: event.path, problem: event.problem });
    options.onEvent?.(event);
  };
  const { out } = options;
  const parts = await openEvaluationParts(bundle, { ...options, onEvent });
  if (out !== undefined) await openEvaluationFolder(out);
  const { engine } = await selectEngine(options.engine ?? 'auto');
  const { pipeline } = bundle.manifest;
  const cache = openCache(cacheFolder('sequences'));
  const run = {
    pipeline,
    networks: bundle.networks,
    cache,
    signal: options.signal,
  };
  const features = await openFeatures(run, { engine, members: bundle.members });
  try {
    const open: Open = { bundle, engine, features, parts, onEvent };
    const leaks = isGenerated(pipeline, options.data)
      ? []
      : await findLeaks(parts, {
          ...run,
          onClip: (done, total) => onEvent({ kind: 'reading', what: 'leaks', done, total }),
        });
    if (leaks.length > 0) onEvent({ kind: 'leaks', leaks });
    const kept = await choicesOf(open, options);
    const choices = { ...kept, minProbability: minProbability ?? kept.minProbability };
    const result = { ...(await score(open, { ...options, ...choices })), ...choices, leaks, skipped };
    if (out !== undefined) {
      const page = await evaluationReport(result, {
        ...{ bundle, examples: parts.chosen },
        signal: options.signal,
      });
      await writeEvaluation(out, { result, page });
    }
    return result;
  } finally {
    await features.release();
  }
}

interface Open {
  readonly bundle: Bundle;
  readonly engine: Engine;
  readonly features: Features;
  readonly parts: EvaluationParts;
  readonly onEvent: (event: EvaluationEvent) => void;
}

async function choicesOf(open: Open, { calibrate, targetPrecision }: EvaluateOptions): Promise<Choices> {
  const { bundle, parts, features, onEvent } = open;
  const { temperature, minProbability } = bundle.manifest;
  if (!calibrate && targetPrecision === undefined) return { temperature, minProbability };
  if (parts.validation.length === 0) throw emptyPart('validation');
  const { choices } = await withClassifier(open, 1, (classifier) =>
    chooseOnValidation({
      ...{ classifier, read: features.read, validation: parts.validation, onEvent },
      targetPrecision,
    }),
  );
  await updateManifest(bundle, choices);
  return choices;
}

async function score(open: Open, options: EvaluateOptions & Choices) {
  const { bundle, engine, parts, features, onEvent } = open;
  const { labels, pipeline } = bundle.manifest;
  const { chosen } = parts;
  const scored = await withClassifier(open, options.temperature, (classifier) =>
    scoreExamples({
      ...{ examples: chosen, read: features.read },
      scorers: new Map<BaselineName, Scorer>([
        ['network', inOrder(classifier)],
        ...(readsOrder(pipeline, chosen)
          ? [['shuffled', shuffledOrder(classifier, pipeline.seed)] as const]
          : []),
      ]),
      onClip: (done) => onEvent({ kind: 'reading', what: 'test', done, total: chosen.length }),
      onSkipped: (path, problem) => onEvent({ kind: 'skipped', path, problem }),
    }),
  );
  if (scored.examples.length === 0) throw nothingReadable();
  const { examples } = scored;
  const logits = scored.logits.get('network')!;
  const classifiers = classifiersOf(scored, parts, labels.length);
  const answers = { logits, truth: examples.map(({ label }) => label) };
  const { seed } = pipeline;
  return {
    model: bundle.folder,
    split: parts.name,
    engine: engine.name,
    versions: { clipstep: clipstepVersion(), [engine.name]: engine.version, node: process.versions.node },
    labels,
    evaluation: assess({
      ...{ examples, logits, labels, seed },
      topCount: options.topCount,
    }),
    baselines: measureBaselines({ examples, predictions: classifiers, seed }),
    selection: options.minProbability > 0 ? selectAnswers(answers, options.minProbability) : null,
    predictions: predictionsOf({ examples, logits, classifiers, attention: scored.attention.get('network') }),
  };
}

function classifiersOf({ examples, logits }: Scored<BaselineName>, parts: EvaluationParts, classes: number) {
  const majority = mostFrequentClass(parts.train.length > 0 ? parts.train : examples);
  return new Map<BaselineName, number[]>([
    ['majority', examples.map(() => majority)],
    ...[...logits].map(([name, values]): [BaselineName, number[]] => [
      name,
      predictedClasses(values, classes),
    ]),
  ]);
}

async function withClassifier<T>(
  { bundle, engine }: Open,
  temperature: number,
  work: (classifier: SequenceClassifier) => Promise<T>,
): Promise<T> {
  const { networks, members } = bundle;
  const classifier = await loadClassifiers(engine, { networks, members, temperature });
  try {
    return await work(classifier);
  } finally {
    await classifier.release();
  }
}

function nothingReadable(): UserError {
  return new UserError('bad_dataset', {
    problem: 'None of the clips can be read.',
    fix: 'Mend or replace the clips that were left out above.',
  });
}
