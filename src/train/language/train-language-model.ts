import { createHash } from 'node:crypto';
import type { EngineName } from '../../engine/engine.js';
import { selectEngine } from '../../engine/select.js';
import { UserError } from '../../errors.js';
import type { Corpus } from '../../inputs/text/corpus.js';
import { networksOf } from '../../network/networks.js';
import type { Pipeline } from '../../pipeline/schema.js';
import { clipstepVersion } from '../../platform/version.js';
import { type LanguageBaseline, languageBaselines } from '../../tasks/language/baselines.js';
import type { LanguageFigures } from '../../tasks/language/figures.js';
import { taskOf } from '../../tasks/tasks.js';
import { parameterCount, type Weights } from '../../tensors/tensor.js';
import type { EpochRecord } from '../checkpoint.js';
import { fitOnTexts, type TextTrainingOptions } from '../fit-texts.js';
import type { StageSteps } from '../stage-steps.js';
import { openCorpus } from './open-corpus.js';
import { scoreStream } from './score-stream.js';
import { streamSteps } from './stream-steps.js';

/** What there is to tell of the training of a language model. */
export interface LanguageResult {
  /** As it was adjusted. */
  readonly pipeline: Pipeline;
  readonly datasetName: string;
  readonly engine: EngineName;
  /** Of clipstep, the engine and node. */
  readonly versions: Readonly<Record<string, string>>;
  /** How many tokens each part has. */
  readonly tokens: { readonly train: number; readonly validation: number; readonly test: number };
  readonly vocabulary: readonly string[];
  readonly parameterCount: number;
  /** Every epoch. */
  readonly history: readonly EpochRecord[];
  /** See Checkpoint. */
  readonly newLengths: readonly string[];
  /** On the test part, which nothing was chosen by; null without one. */
  readonly test: LanguageFigures | null;
  /** On the test part; none without one. */
  readonly baselines: readonly LanguageBaseline[];
}

export interface FinishedLanguage {
  readonly result: LanguageResult;
  readonly weights: Weights;
  /** sha256 of the text and of how it was cut. */
  readonly digest: string;
}

/**
 * Trains a network to predict the next token of a running text, by truncated backpropagation through time with its
 * states kept, and scores it; nothing but checkpoints is written. The same pipeline, text, seed and engine give the same
 * weights, whether or not the training was interrupted and resumed on the way.
 *
 * @throws UserError as openCorpus, selectEngine, findCheckpoint and fitStage.
 */
export async function trainLanguageModel(options: TextTrainingOptions): Promise<FinishedLanguage> {
  const { pipeline, onEvent } = options;
  const corpus = await openCorpus(options.data, { pipeline });
  const { engine, reason } = await selectEngine(options.engine ?? 'auto');
  onEvent({ kind: 'note', message: reason });
  const { words } = corpus.vocabulary;
  const networks = networksOf(pipeline, {
    classes: taskOf(pipeline).outputs({ labels: [], vocabulary: words }),
    vocabulary: words,
  });
  const digest = digestOf(corpus);
  const steps = stepsOf(pipeline, corpus);
  const { weights, history, newLengths } = await fitOnTexts(options, { networks, engine, digest, steps });
  const network = await engine.loadSequenceModel(networks.recurrent, weights);
  try {
    const { train, validation, test } = corpus.parts;
    return {
      weights,
      digest,
      result: {
        pipeline,
        datasetName: corpus.name,
        engine: engine.name,
        versions: { clipstep: clipstepVersion(), [engine.name]: engine.version, node: process.versions.node },
        tokens: {
          train: train.stream.length,
          validation: validation.stream.length,
          test: test.stream.length,
        },
        vocabulary: words,
        parameterCount: parameterCount(weights),
        history,
        newLengths,
        test: await scoreStream(network, test, options),
        baselines: languageBaselines(corpus.parts, corpus.vocabulary.size),
      },
    };
  } finally {
    await network.release();
  }
}

function stepsOf(pipeline: Pipeline, corpus: Corpus): StageSteps {
  const { batchSize: strands, timesteps, tokenDropout } = pipeline.training;
  if (!timesteps) throw new Error(`${pipeline.name} is not a pipeline for a language model`);
  const { train, validation } = corpus.parts;
  const { seed } = pipeline;
  const steps = streamSteps({ train, validation, strands, timesteps, tokenDropout, seed });
  if (steps.perEpoch === 0) throw tooShort(corpus, { strands, timesteps });
  return steps;
}

function digestOf({ digest, parts }: Corpus): string {
  const counts = Object.values(parts).map(({ stream }) => stream.length);
  return createHash('sha256')
    .update(JSON.stringify([digest, counts]))
    .digest('hex');
}

function tooShort(
  { name, parts }: Corpus,
  { strands, timesteps }: { strands: number; timesteps: number },
): UserError {
  const least = strands * timesteps + 1;
  return new UserError('bad_dataset', {
    problem: `The training part of ${name} has ${parts.train.stream.length} tokens; a step of ${strands} strands of ${timesteps} tokens needs ${least}.`,
    fix: 'Give a longer text, or lower training.batchSize or training.timesteps of the pipeline.',
  });
}
