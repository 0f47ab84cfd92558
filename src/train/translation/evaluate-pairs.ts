import type { Engine } from '../../engine/engine.js';
import type { TokenPair, Vocabularies } from '../../inputs/text/pair-corpus.js';
import type { TextInput } from '../../inputs/text/text-schema.js';
import { tokenizerOf } from '../../inputs/text/tokenizer.js';
import type { RecurrentNetwork } from '../../network/recurrent.js';
import { type Translated, translateTexts } from '../../predict/translate/translator.js';
import { type Bleus, bleusOf, type TranslationFigures } from '../../tasks/translation/figures.js';
import { nearestTargets } from '../../tasks/translation/nearest-targets.js';
import type { Weights } from '../../tensors/tensor.js';
import { scorePairs } from './score-pairs.js';

export interface EvaluatedPairs {
  readonly figures: TranslationFigures;
  /** In the order of the pairs. */
  readonly translations: readonly Translated[];
  /** What the nearest texts of those to train on come to (tasks/translation/nearest-targets.ts); null where there are none. */
  readonly nearest: Bleus | null;
}

interface EvaluatePairsOptions {
  readonly engine: Engine;
  readonly network: RecurrentNetwork;
  readonly weights: Weights;
  readonly settings: TextInput;
  readonly vocabularies: Vocabularies;
  /** Pairs that were trained on, of which the baseline takes the nearest. */
  readonly train: readonly TokenPair[];
  readonly beam: number;
  /** Draws the intervals. */
  readonly seed: number;
  readonly signal?: AbortSignal | undefined;
}

/** @returns null where there are no pairs. @throws UserError `aborted`. */
export async function evaluatePairs(
  pairs: readonly TokenPair[],
  options: EvaluatePairsOptions,
): Promise<EvaluatedPairs | null> {
  const { engine, network, weights, settings, train, beam, seed, signal } = options;
  const scorer = await engine.loadSequenceModel(network, weights);
  const score = await scorePairs(scorer, pairs, { signal }).finally(() => scorer.release());
  if (!score) return null;
  const model = await engine.loadTranslationModel(network, weights);
  const sources = pairs.map(({ source }) => source);
  const translations = await translateTexts({ ...options, model }, sources, options).finally(() =>
    model.release(),
  );
  const { tokenize } = tokenizerOf(settings);
  const bleus = (texts: readonly string[]) =>
    bleusOf(
      texts.map((text, place) => ({ text, reference: pairs[place]!.target })),
      { tokenize, seed },
    );
  return {
    translations,
    nearest: train.length > 0 ? bleus(nearestTargets(train, pairs)) : null,
    figures: {
      pairs: pairs.length,
      ...score,
      perplexity: Math.exp(score.nats),
      beam,
      ...bleus(translations.map(({ text }) => text)),
    },
  };
}
