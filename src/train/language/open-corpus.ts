import { UserError } from '../../errors.js';
import { type Corpus, readCorpus } from '../../inputs/text/corpus.js';
import type { Pipeline } from '../../pipeline/schema.js';

/**
 * The text that a pipeline of language trains on, cut as its split says.
 *
 * @param options.words the vocabulary of a trained model.
 * @throws UserError as readCorpus; `bad_dataset` for a training part with one token again and again.
 */
export async function openCorpus(
  path: string,
  { pipeline, words }: { pipeline: Pipeline; words?: readonly string[] | undefined },
): Promise<Corpus> {
  const { input, split, data } = pipeline;
  if (input.kind !== 'text') throw new Error(`${pipeline.name} reads no text`);
  const encoding = data?.kind === 'texts' ? data.encoding : 'utf-8';
  const corpus = await readCorpus(path, { settings: input, encoding, split, words });
  if (corpus.vocabulary.words.length > 1) return corpus;
  throw new UserError('bad_dataset', {
    problem: `The training part of ${path} has ${corpus.vocabulary.words.length} different ${input.unit}s that are there ${input.minCount} times; there is nothing to learn.`,
    fix: 'Give another text, or lower input.minCount of the pipeline.',
  });
}
