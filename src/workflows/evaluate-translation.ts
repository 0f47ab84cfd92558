import type { Bundle } from '../bundle/bundle.js';
import type { SplitName } from '../datasets/dataset.js';
import type { EngineName } from '../engine/engine.js';
import { selectEngine } from '../engine/select.js';
import { UserError } from '../errors.js';
import { withEncoding } from '../pipeline/adjust-pipeline.js';
import { DEFAULT_BEAM, languagesOf, requireBeam } from '../predict/translate/translate.js';
import { requireTask } from '../tasks/commands.js';
import type { Bleus, TranslationFigures } from '../tasks/translation/figures.js';
import { evaluatePairs } from '../train/translation/evaluate-pairs.js';
import { openPairs } from '../train/translation/open-pairs.js';
import type { TranslationSample } from '../train/translation/train-translation-model.js';

export interface EvaluateTranslationOptions {
  /** A folder of files of lines, such as test.de and test.en with those to train on, or a table of pairs (.tsv). */
  readonly data: string;
  /** Where it is not that of the texts that the model was trained on. */
  readonly encoding?: string | undefined;
  /** Part of the data; `all`, for a table of other texts: the whole. `test` when absent. */
  readonly split?: SplitName | 'all' | undefined;
  /** Translations that are followed side by side; 5 when absent. */
  readonly beam?: number | undefined;
  readonly engine?: 'auto' | EngineName | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface TranslationEvaluation {
  readonly split: SplitName | 'all';
  readonly figures: TranslationFigures;
  /** What the nearest texts of the training part come to; null where the part is another than `test`. */
  readonly nearest: Bleus | null;
  /** Every text with its translations by a person and by the model. */
  readonly translations: readonly TranslationSample[];
}

/**
 * Scores a translation model on texts that were translated by people.
 *
 * @throws UserError `usage` for a model of another task or a part that is empty, and as openPairs and selectEngine.
 */
export async function evaluateTranslation(
  bundle: Bundle,
  options: EvaluateTranslationOptions,
): Promise<TranslationEvaluation> {
  const { data, encoding, split = 'test', beam = DEFAULT_BEAM, engine: name = 'auto', signal } = options;
  const { pipeline: own } = bundle.manifest;
  requireTask('translation', { name: bundle.folder, pipeline: own, to: 'evaluate' });
  requireBeam(beam);
  const { settings, vocabularies } = languagesOf(bundle);
  const pipeline = encoding === undefined ? own : withEncoding(own, encoding);
  const { parts } = await openPairs(data, { pipeline, words: vocabularies });
  const pairs = split === 'all' ? Object.values(parts).flat() : parts[split];
  const { engine } = await selectEngine(name);
  const evaluated = await evaluatePairs(pairs, {
    engine,
    network: bundle.networks.recurrent,
    weights: bundle.members[0]!,
    settings,
    vocabularies,
    beam,
    // Other parts, or other data, may have these texts themselves.
    train: split === 'test' ? parts.train : [],
    seed: own.seed,
    signal,
  });
  if (!evaluated) throw nothingThere(data, split);
  const { figures, nearest } = evaluated;
  const translations = evaluated.translations.map(({ text }, place) => {
    const { source, target } = pairs[place]!;
    return { source, target, translation: text };
  });
  return { split, figures, nearest, translations };
}

function nothingThere(data: string, split: string): UserError {
  return new UserError('usage', {
    problem: `The part ${split} of ${data} has no pairs.`,
    fix: 'Give another --split, or other data.',
  });
}
