import { loadBaselines } from '../bundle/baselines-file.js';
import { type Bundle, updateBundle } from '../bundle/bundle.js';
import type { Example, SplitName } from '../datasets/dataset.js';
import { isGenerated } from '../datasets/open-data.js';
import type { Engine, EngineName } from '../engine/engine.js';
import { loadClassifiers } from '../engine/members.js';
import { selectEngine } from '../engine/select.js';
import { UserError } from '../errors.js';
import { openSequenceCache } from '../inputs/feature-cache.js';
import { clipstepVersion } from '../platform/version.js';
import { type Features, openFeatures } from '../predict/features.js';
import { type Baselines, measureBaselines } from '../tasks/classification/baselines.js';
import { assess, type Evaluation } from '../tasks/classification/evaluation.js';
import { isDescribed } from '../tasks/classification/known-examples.js';
import { type Prediction, predictionsOf } from '../tasks/classification/predictions.js';
import { type Selection, selectAnswers } from '../tasks/classification/threshold.js';
import type { Weights } from '../tensors/tensor.js';
import { addKnownExamples } from './add-known-examples.js';
import { baselinePredictions, withScorers } from './baseline-predictions.js';
import { type Choices, chooseOnValidation } from './choices.js';
import type { EvaluationEvent } from './evaluation-event.js';
import { type EvaluationParts, emptyPart } from './evaluation-parts.js';
import { findLeaks, type Leak } from './leaks.js';
import { nothingReadable, outlierDistances } from './outlier-distances.js';
import { type OutlierFigures, outlierFigures, unlikeShare } from './outliers.js';
import { scoreExamples } from './score-examples.js';
import type { SkippedClip } from './skipped-clips.js';

export interface EvaluationSettings {
  /** Folder of classes, or manifest; the data that the model's pipeline generates or downloads when absent. */
  readonly data?: string | undefined;
  /** Of texts, where it is not that of the ones that the model was trained on. */
  readonly encoding?: string | undefined;
  /** Classes that count as an answer in the top figure; 5 when absent. */
  readonly topCount?: number | undefined;
  readonly engine?: 'auto' | EngineName | undefined;
  /**
   * Fit the temperature on the validation part first, and how far from what it was trained on examples may be, and keep both
   * in the model. A model that does not know what it was trained on learns it, where this is the same data.
   */
  readonly calibrate?: boolean | undefined;
  /** Learn what the training part looks like, and how far from it examples may be, and keep both in the model. Nothing else changes. */
  readonly describe?: boolean | undefined;
  /** Calibrate, and choose from which probability on answers are right that often. In (0, 1]. */
  readonly targetPrecision?: number | undefined;
  /** Answers less probable are unknown, here and not in the model. In [0, 1]; the model's own when absent. */
  readonly minProbability?: number | undefined;
  /** Leave out of the figures what is the same, or nearly, in another part of the split. */
  readonly withoutLeaks?: boolean | undefined;
  /** What is farther from what the model was trained on is unlike it, here and not in the model; the model's own when absent. */
  readonly maxDistance?: number | undefined;
  /** What is of no class of the model's: a folder of clips, or a file of texts. */
  readonly outliers?: string | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onEvent: (event: EvaluationEvent) => void;
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
  /** Those that the model keeps, as they were trained with it, and those that need no training of their own. */
  readonly baselines: Baselines;
  /** Share that is called unlike what the model was trained on; null where it does not know. */
  readonly unlike: number | null;
  /** Null when none were given. */
  readonly outliers: OutlierFigures | null;
  /** What gets an answer, being neither unsure nor unlike; null without a threshold where nothing is unlike. */
  readonly selection: Selection | null;
  readonly predictions: readonly Prediction[];
  /** What is the same, or nearly, in two parts of the split, or has two classes; for `all`, which has no parts, the latter. */
  readonly leaks: readonly Leak[];
  /** Examples that were left out of the figures since they are in another part, too. */
  readonly leftOut: number;
  /** Examples of these that trained the model, as far as is known; any make the figures too good. */
  readonly trainedOn: number;
  /** Whether the model's split of the data has a test part, which trained nothing. */
  readonly hasTest: boolean;
  /** Clips that were left out, and why. */
  readonly skipped: readonly SkippedClip[];
}

/**
 * Scores a trained model on labelled data. What is calibrated is kept in the model.
 *
 * @throws UserError `usage` for a validation part that is needed and empty, `bad_dataset` when nothing can be read or left,
 *   `engine_unavailable`, `aborted`.
 */
export async function evaluateParts(
  bundle: Bundle,
  parts: EvaluationParts,
  options: EvaluationSettings,
): Promise<Omit<BundleEvaluation, 'skipped'>> {
  const { onEvent, signal } = options;
  const { engine } = await selectEngine(options.engine ?? 'auto');
  const { pipeline, vocabulary } = bundle.manifest;
  const cache = openSequenceCache(onEvent);
  const run = { pipeline, networks: bundle.networks, vocabulary, cache, signal };
  const features = await openFeatures(run, { engine, members: bundle.members });
  try {
    const open: Open = { bundle, engine, features, parts, onEvent, signal };
    const leaks = isGenerated(pipeline, options.data)
      ? []
      : await findLeaks(parts.name === 'all' ? { ...parts, test: parts.chosen } : parts, {
          ...run,
          onClip: (done, total) => onEvent({ kind: 'reading', what: 'leaks', done, total }),
        });
    if (leaks.length > 0) onEvent({ kind: 'leaks', leaks });
    const { members, choices: kept } = await choicesOf(open, options);
    const choices = {
      temperature: kept.temperature,
      minProbability: options.minProbability ?? kept.minProbability,
      maxDistance: options.maxDistance ?? kept.maxDistance,
    };
    const chosen = options.withoutLeaks ? withoutLeaks(parts, leaks) : parts.chosen;
    const calibrated = { ...open, bundle: { ...bundle, members }, parts: { ...parts, chosen } };
    const scored = await score(calibrated, { ...options, ...choices });
    return { ...scored, ...choices, leaks, leftOut: parts.chosen.length - chosen.length };
  } finally {
    await features.release();
  }
}

/** @throws UserError `bad_dataset` when nothing is left. */
function withoutLeaks({ name, chosen }: EvaluationParts, leaks: readonly Leak[]): readonly Example[] {
  const torn = leaks.filter(({ kind }) => kind !== 'labels');
  const leaked = new Set(torn.flatMap(({ ids, parts }) => ids.filter((_, index) => parts[index] === name)));
  const left = chosen.filter(({ id }) => !leaked.has(id));
  if (left.length > 0) return left;
  throw new UserError('bad_dataset', {
    problem: `All ${chosen.length} examples of the ${name} part are in another part, too.`,
    fix: 'Evaluate without leaving them out, or split the data again.',
  });
}

interface Open {
  readonly bundle: Bundle;
  readonly engine: Engine;
  readonly features: Features;
  readonly parts: EvaluationParts;
  readonly onEvent: (event: EvaluationEvent) => void;
  readonly signal: AbortSignal | undefined;
}

async function choicesOf(
  open: Open,
  { calibrate, describe, targetPrecision }: EvaluationSettings,
): Promise<{ members: readonly Weights[]; choices: Choices }> {
  const { bundle, engine, parts, features, onEvent, signal } = open;
  const { networks, manifest } = bundle;
  const calibrates = calibrate || targetPrecision !== undefined;
  if (!calibrates && !describe) return { members: bundle.members, choices: manifest };
  const { validation } = parts;
  if (validation.length === 0) throw emptyPart('validation');
  const members = await describedMembers(open, describe ?? false);
  const { read } = features;
  const classifier = await loadClassifiers(engine, { networks, members, temperature: 1 });
  const chosen = await chooseOnValidation({
    classifier,
    read,
    validation,
    onEvent,
    targetPrecision,
    signal,
  }).finally(() => classifier.release());
  const { temperature, minProbability } = manifest;
  const { maxDistance } = chosen.choices;
  const choices = calibrates ? chosen.choices : { temperature, minProbability, maxDistance };
  await updateBundle(bundle, { members, changes: choices });
  return { members, choices };
}

/**
 * The members, which learn what they were trained on where they do not know it, or are to learn it anew.
 *
 * @throws UserError `usage` where that is asked for and this is other data.
 */
async function describedMembers(
  { bundle, engine, parts, features, signal }: Open,
  isAsked: boolean,
): Promise<readonly Weights[]> {
  const { networks, members, manifest, folder } = bundle;
  if (!parts.isTrainedOn) {
    if (!isAsked) return members;
    throw new UserError('usage', {
      problem: `--describe needs the data that ${folder} was trained on, and this is not it, or it has changed since.`,
      fix: 'Give the data that it was trained on, or train it again: training describes its data.',
    });
  }
  if (!isAsked && members.every(isDescribed)) return members;
  const { train, validation } = parts;
  const { seed } = manifest.pipeline;
  return addKnownExamples(members, {
    engine,
    networks,
    read: features.read,
    train,
    validation,
    seed,
    signal,
  });
}

async function score(open: Open, options: EvaluationSettings & Choices) {
  const { bundle, engine, parts, features, onEvent, signal } = open;
  const { manifest, networks, members } = bundle;
  const { labels, pipeline } = manifest;
  const { chosen } = parts;
  const { temperature } = options;
  const contenders = { engine, networks, members, temperature, baselines: await loadBaselines(bundle) };
  const scored = await withScorers(contenders, { pipeline, examples: chosen }, (scorers) =>
    scoreExamples({
      examples: chosen,
      read: features.read,
      scorers,
      onClip: (done) => onEvent({ kind: 'reading', what: 'test', done, total: chosen.length }),
      onSkipped: (path, problem) => onEvent({ kind: 'skipped', path, problem }),
      signal,
    }),
  );
  if (scored.examples.length === 0) throw nothingReadable();
  const { examples } = scored;
  const logits = scored.logits.get('network')!;
  const classifiers = baselinePredictions({
    pipeline,
    train: parts.train,
    isTrainedOn: parts.isTrainedOn,
    classes: labels.length,
    examples,
    logits: scored.logits,
  });
  const answers = { logits, truth: examples.map(({ label }) => label) };
  const { seed } = pipeline;
  const own = scored.distances.get('network');
  const unlike = own ? unlikeShare([...own], options) : null;
  const outliers = await outlierDistances(open, options.outliers);
  return {
    model: bundle.folder,
    split: parts.name,
    engine: engine.name,
    versions: { clipstep: clipstepVersion(), [engine.name]: engine.version, node: process.versions.node },
    labels,
    evaluation: assess({
      examples,
      logits,
      labels,
      seed,
      topCount: options.topCount,
    }),
    baselines: measureBaselines({ examples, predictions: classifiers, seed }),
    trainedOn: examples.filter(({ id }) => parts.trainedBy.has(id)).length,
    hasTest: parts.hasTest,
    unlike,
    outliers:
      own && outliers
        ? outlierFigures(options.outliers!, { outliers, own: [...own], limits: options })
        : null,
    selection: options.minProbability > 0 || unlike ? selectAnswers(answers, options, own) : null,
    predictions: predictionsOf({
      examples,
      logits,
      classifiers,
      distances: own,
      attention: scored.attention.get('network'),
    }),
  };
}
