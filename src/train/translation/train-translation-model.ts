import type { EngineName } from '../../engine/engine.js';
import { selectEngine } from '../../engine/select.js';
import { networksOf } from '../../network/networks.js';
import type { Pipeline } from '../../pipeline/schema.js';
import { counted } from '../../platform/counted.js';
import { clipstepVersion } from '../../platform/version.js';
import { DEFAULT_BEAM } from '../../predict/translate/translate.js';
import { taskOf } from '../../tasks/tasks.js';
import type { Bleus, TranslationFigures } from '../../tasks/translation/figures.js';
import { parameterCount, type Weights } from '../../tensors/tensor.js';
import type { EpochRecord } from '../checkpoint.js';
import { fitOnTexts, type TextTrainingOptions } from '../fit-texts.js';
import { evaluatePairs } from './evaluate-pairs.js';
import { openPairs } from './open-pairs.js';
import { pairSteps } from './pair-steps.js';

/** What there is to tell of the training of a translation model. */
export interface TranslationResult {
  /** As it was adjusted. */
  readonly pipeline: Pipeline;
  readonly datasetName: string;
  readonly engine: EngineName;
  /** Of clipstep, the engine and node. */
  readonly versions: Readonly<Record<string, string>>;
  /** How many pairs each part has, and how many of the training part were too long. */
  readonly pairs: {
    readonly train: number;
    readonly validation: number;
    readonly test: number;
    readonly tooLong: number;
  };
  /** Of what it reads, and of what it writes. */
  readonly sourceVocabulary: readonly string[];
  readonly vocabulary: readonly string[];
  readonly parameterCount: number;
  /** Every epoch. */
  readonly history: readonly EpochRecord[];
  /** See Checkpoint. */
  readonly newLengths: readonly string[];
  /** On the test part, which nothing was chosen by; null without one. */
  readonly test: TranslationFigures | null;
  /** What the nearest texts of the training part come to there; null without a test part. */
  readonly nearest: Bleus | null;
  /** The first ones of the test part. */
  readonly samples: readonly TranslationSample[];
}

export interface TranslationSample {
  readonly source: string;
  /** By a person. */
  readonly target: string;
  readonly translation: string;
}

export interface FinishedTranslation {
  readonly result: TranslationResult;
  readonly weights: Weights;
  /** sha256 of the pairs. */
  readonly digest: string;
}

const SAMPLES = 10;

/**
 * Trains a network to translate, each token of a target given its source and the tokens before it, and scores it; nothing
 * but checkpoints is written. The same pipeline, pairs, seed and engine give the same weights, whether or not the training
 * was interrupted and resumed on the way.
 *
 * @throws UserError as openPairs, selectEngine, findCheckpoint and fitStage.
 */
export async function trainTranslationModel(options: TextTrainingOptions): Promise<FinishedTranslation> {
  const { pipeline, onEvent, signal } = options;
  const corpus = await openPairs(options.data, { pipeline });
  const { engine, reason } = await selectEngine(options.engine ?? 'auto');
  onEvent({ kind: 'note', message: reason });
  const { parts, vocabularies, settings, tooLong, digest } = corpus;
  const [sourceVocabulary, vocabulary] = [vocabularies.source.words, vocabularies.target.words];
  const networks = networksOf(pipeline, {
    classes: taskOf(pipeline).outputs({ labels: [], vocabulary }),
    vocabulary,
    sourceVocabulary,
  });
  const { batchSize, tokenDropout } = pipeline.training;
  const { seed } = pipeline;
  const { train, validation, test } = parts;
  const steps = pairSteps({ train, validation, batchSize, tokenDropout, seed });
  const { weights, history, newLengths } = await fitOnTexts(options, { networks, engine, digest, steps });
  if (test.length > 0)
    onEvent({ kind: 'note', message: `Translating the ${counted(test.length, 'text')} of the test part` });
  const network = networks.recurrent;
  const evaluated = await evaluatePairs(test, {
    engine,
    network,
    weights,
    settings,
    vocabularies,
    signal,
    beam: DEFAULT_BEAM,
    train,
    seed,
  });
  return {
    weights,
    digest,
    result: {
      pipeline,
      datasetName: corpus.name,
      engine: engine.name,
      versions: { clipstep: clipstepVersion(), [engine.name]: engine.version, node: process.versions.node },
      pairs: { train: train.length, validation: validation.length, test: test.length, tooLong },
      sourceVocabulary,
      vocabulary,
      parameterCount: parameterCount(weights),
      history,
      newLengths,
      test: evaluated?.figures ?? null,
      nearest: evaluated?.nearest ?? null,
      samples: (evaluated?.translations ?? []).slice(0, SAMPLES).map(({ text }, place) => {
        const { source, target } = test[place]!;
        return { source, target, translation: text };
      }),
    },
  };
}
