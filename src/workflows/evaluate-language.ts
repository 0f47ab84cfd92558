import type { Bundle } from '../bundle/bundle.js';
import type { SplitName } from '../datasets/dataset.js';
import type { EngineName } from '../engine/engine.js';
import { selectEngine } from '../engine/select.js';
import { UserError } from '../errors.js';
import type { CorpusText } from '../inputs/text/token-reader.js';
import { withEncoding } from '../pipeline/adjust-pipeline.js';
import { requireTask } from '../tasks/commands.js';
import { type LanguageBaseline, languageBaselines } from '../tasks/language/baselines.js';
import type { LanguageFigures } from '../tasks/language/figures.js';
import { openCorpus } from '../train/language/open-corpus.js';
import { scoreStream } from '../train/language/score-stream.js';

export interface EvaluateLanguageOptions {
  /** A text file, or a folder with train.txt, valid.txt and test.txt. */
  readonly data: string;
  /** Where it is not that of the text that the model was trained on. */
  readonly encoding?: string | undefined;
  /** Part of the text, as the model's own pipeline cuts it; `all`, for other texts: the whole. `test` when absent. */
  readonly split?: SplitName | 'all' | undefined;
  readonly engine?: 'auto' | EngineName | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface LanguageEvaluation {
  readonly split: SplitName | 'all';
  readonly figures: LanguageFigures;
  /** Counted in the training part; none where that is not of the same text. */
  readonly baselines: readonly LanguageBaseline[];
}

/**
 * Scores a language model on a text, under the whole softmax over its vocabulary.
 *
 * @throws UserError `usage` for a model of another task or a part that is empty, and as openCorpus and selectEngine.
 */
export async function evaluateLanguage(
  bundle: Bundle,
  { data, encoding, split = 'test', engine: name = 'auto', signal }: EvaluateLanguageOptions,
): Promise<LanguageEvaluation> {
  const { pipeline: own, vocabulary: words } = bundle.manifest;
  requireTask('language', { name: bundle.folder, pipeline: own, to: 'evaluate' });
  const pipeline = encoding === undefined ? own : withEncoding(own, encoding);
  const whole = { ...pipeline, split: { ...pipeline.split, validation: 0, test: 0 } };
  const corpus = await openCorpus(data, { pipeline: split === 'all' ? whole : pipeline, words });
  const { parts, vocabulary } = corpus;
  const part: CorpusText = parts[split === 'all' ? 'train' : split];
  const { engine } = await selectEngine(name);
  const network = await engine.loadSequenceModel(bundle.networks.recurrent, bundle.members[0]!);
  try {
    const figures = await scoreStream(network, part, { signal });
    if (!figures) throw nothingThere(data, split);
    return { split, figures, baselines: split === 'test' ? languageBaselines(parts, vocabulary.size) : [] };
  } finally {
    await network.release();
  }
}

function nothingThere(data: string, split: string): UserError {
  return new UserError('usage', {
    problem: `The part ${split} of ${data} has no token with one before it.`,
    fix: 'Give another --split, or a longer text.',
  });
}
