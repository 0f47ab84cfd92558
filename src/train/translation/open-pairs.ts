import { type PairCorpus, readPairCorpus, type Vocabularies } from '../../inputs/text/pair-corpus.js';
import type { TextInput } from '../../inputs/text/text-schema.js';
import type { Pipeline } from '../../pipeline/schema.js';

/**
 * The pairs that a pipeline of translation trains on.
 *
 * @param options.words the vocabularies of a trained model.
 * @throws UserError as readPairCorpus.
 */
export async function openPairs(
  path: string,
  { pipeline, words }: { pipeline: Pipeline; words?: Vocabularies | undefined },
): Promise<PairCorpus & { readonly settings: TextInput }> {
  const { input: settings, data, split, name } = pipeline;
  if (settings.kind !== 'text' || data?.kind !== 'pairs') throw new Error(`${name} reads no pairs of texts`);
  const { from, to, encoding } = data;
  const known = words && { source: words.source.words, target: words.target.words };
  const corpus = await readPairCorpus(path, { settings, from, to, encoding, split, words: known });
  return { ...corpus, settings };
}
