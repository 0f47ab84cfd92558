import { type Bundle, updateManifest } from '../bundle/bundle.js';
import type { Example, SplitName } from '../datasets/dataset.js';
import { isGenerated } from '../datasets/open-data.js';
import type { Engine, EngineName, SequenceClassifier } from '../engine/engine.js';
import { loadClassifiers } from '../engine/members.js';
import { selectEngine } from '../engine/select.js';
import { UserError } from '../errors.js';
import { openSequenceCache } from '../inputs/feature-cache.js';
import { clipstepVersion } from '../platform/version.js';
import { type Features, openFeatures } from '../predict/features.js';
import {
  type BaselineName,
  type Baselines,
  measureBaselines,
  mostFrequentClass,
  readsOrder,
} from '../tasks/classification/baselines.js';
import { assess, type Evaluation, predictedClasses } from '../tasks/classification/evaluation.js';
import { type Prediction, predictionsOf } from '../tasks/classification/predictions.js';
import { type Selection, selectAnswers } from '../tasks/classification/threshold.js';
import { type Choices, chooseOnValidation } from './choices.js';
import type { EvaluationEvent } from './evaluation-event.js';
import { type EvaluationParts, emptyPart } from './evaluation-parts.js';
import { findLeaks, type Leak } from './leaks.js';
import { ngramPredictions } from './ngrams/ngram-predictions.js';
import { inOrder, type Scored, type Scorer, scoreExamples, shuffledOrder } from './score-examples.js';
import type { SkippedClip } from './skipped-clips.js';

export interface EvaluationSettings {
  /** Folder of classes, or manifest; the data that the model's pipeline generates or downloads when absent. */
  readonly data?: string | undefined;
  /** Of texts, where it is not that of the ones that the model was trained on. */
  readonly encoding?: string | undefined;
  /** Classes that count as an answer in the top figure; 5 when absent. */
  readonly topCount?: number | undefined;
  readonly engine?: 'auto' | EngineName | undefined;
  /** Fit the temperature on the validation part first, and keep it in the model. */
  readonly calibrate?: boolean | undefined;
  /** Calibrate, and choose from which probability on answers are right that often. In (0, 1]. */
  readonly targetPrecision?: number | undefined;
  /** Answers less probable are unknown, here and not in the model. In [0, 1]; the model's own when absent. */
  readonly minProbability?: number | undefined;
  /** Leave out of the figures what is the same, or nearly, in another part of the split. */
  readonly withoutLeaks?: boolean | undefined;
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
  /** The most frequent class, shuffled timesteps, the network; of texts that it was trained on, n-grams, too. */
  readonly baselines: Baselines;
  /** What the model's threshold keeps; null when it has none. */
  readonly selection: Selection | null;
  readonly predictions: readonly Prediction[];
  /** What is the same, or nearly, in two parts of the split; nothing is compared for `all`. */
  readonly leaks: readonly Leak[];
  /** Examples that were left out of the figures since they are in another part, too. */
  readonly leftOut: number;
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
  const { onEvent, minProbability, signal } = options;
  const { engine } = await selectEngine(options.engine ?? 'auto');
  const { pipeline, vocabulary } = bundle.manifest;
  const cache = openSequenceCache(onEvent);
  const run = { pipeline, networks: bundle.networks, vocabulary, cache, signal };
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
    const chosen = options.withoutLeaks ? withoutLeaks(parts, leaks) : parts.chosen;
    const scored = await score({ ...open, parts: { ...parts, chosen } }, { ...options, ...choices });
    return { ...scored, ...choices, leaks, leftOut: parts.chosen.length - chosen.length };
  } finally {
    await features.release();
  }
}

/** @throws UserError `bad_dataset` when nothing is left. */
function withoutLeaks({ name, chosen }: EvaluationParts, leaks: readonly Leak[]): readonly Example[] {
  const leaked = new Set(leaks.flatMap(({ ids, parts }) => ids.filter((_, index) => parts[index] === name)));
  const left = chosen.filter(({ id }) => !leaked.has(id));
  if (left.length > 0) return left;
  throw new UserError('bad_dataset', {
    problem: `All ${chosen.length} examples of the ${name} part are in another part, too.`,
    fix: 'Evaluate without leaving them out, or split the data anew.',
  });
}

interface Open {
  readonly bundle: Bundle;
  readonly engine: Engine;
  readonly features: Features;
  readonly parts: EvaluationParts;
  readonly onEvent: (event: EvaluationEvent) => void;
}

async function choicesOf(open: Open, { calibrate, targetPrecision }: EvaluationSettings): Promise<Choices> {
  const { bundle, parts, features, onEvent } = open;
  const { temperature, minProbability } = bundle.manifest;
  if (!calibrate && targetPrecision === undefined) return { temperature, minProbability };
  if (parts.validation.length === 0) throw emptyPart('validation');
  const { choices } = await withClassifier(open, 1, (classifier) =>
    chooseOnValidation({
      classifier,
      read: features.read,
      validation: parts.validation,
      onEvent,
      targetPrecision,
    }),
  );
  await updateManifest(bundle, choices);
  return choices;
}

async function score(open: Open, options: EvaluationSettings & Choices) {
  const { bundle, engine, parts, features, onEvent } = open;
  const { labels, pipeline } = bundle.manifest;
  const { chosen } = parts;
  const scored = await withClassifier(open, options.temperature, (classifier) =>
    scoreExamples({
      examples: chosen,
      read: features.read,
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
  const known = {
    input: pipeline.input,
    train: parts.isTrainedOn ? parts.train : [],
    classes: labels.length,
  };
  const classifiers = classifiersOf(scored, { parts, known });
  const answers = { logits, truth: examples.map(({ label }) => label) };
  const { seed } = pipeline;
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
    selection: options.minProbability > 0 ? selectAnswers(answers, options.minProbability) : null,
    predictions: predictionsOf({ examples, logits, classifiers, attention: scored.attention.get('network') }),
  };
}

function classifiersOf(
  { examples, logits }: Scored<BaselineName>,
  { parts, known }: { parts: EvaluationParts; known: Parameters<typeof ngramPredictions>[1] },
) {
  const majority = mostFrequentClass(parts.train.length > 0 ? parts.train : examples);
  const ngrams = ngramPredictions(examples, known);
  return new Map<BaselineName, number[]>([
    ['majority', examples.map(() => majority)],
    ...(ngrams ? [['ngrams', ngrams] as const] : []),
    ...[...logits].map(([name, values]): [BaselineName, number[]] => [
      name,
      predictedClasses(values, known.classes),
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
    fix: 'Fix or replace the clips that were left out above.',
  });
}
