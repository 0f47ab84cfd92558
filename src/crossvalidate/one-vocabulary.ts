import { MARKERS, type Vocabulary, vocabularyOf } from '../inputs/text/vocabulary.js';
import { EMBEDDING } from '../network/recurrent-parameters.js';
import { requireTensor, type Tensor, type Weights } from '../tensors/tensor.js';

interface Trained {
  /** Of its training part; undefined where it reads no tokens. */
  readonly vocabulary?: readonly string[] | undefined;
  readonly members: readonly Weights[];
}

/**
 * Gives networks that were trained on other texts each one vocabulary, of the words of all. They answer as before: for a
 * word that a network does not know, it has the vector of what is unknown to it.
 */
export function withOneVocabulary(trained: readonly Trained[]): {
  vocabulary?: string[] | undefined;
  members: Weights[];
} {
  const members = trained.flatMap((own) => own.members);
  if (trained.every(({ vocabulary }) => vocabulary === undefined)) return { members };
  const vocabulary = [...new Set(trained.flatMap((own) => own.vocabulary ?? []))];
  return {
    vocabulary,
    members: trained.flatMap((own) => {
      const known = vocabularyOf(own.vocabulary ?? []);
      return own.members.map((weights) =>
        new Map(weights).set(EMBEDDING, widened(weights, known, vocabulary)),
      );
    }),
  };
}

function widened(weights: Weights, known: Vocabulary, vocabulary: readonly string[]): Tensor {
  const { shape, data } = requireTensor(weights, EMBEDDING);
  const width = shape[1]!;
  const rows = [...Array(MARKERS).keys(), ...vocabulary.map(known.numberOf)];
  const table = new Float32Array(rows.length * width);
  rows.forEach((row, place) => {
    table.set(data.subarray(row * width, (row + 1) * width), place * width);
  });
  return { shape: [rows.length, width], data: table };
}
