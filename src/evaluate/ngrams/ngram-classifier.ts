import { fitLogisticRegression } from './logistic-regression.js';
import { fitTfidf } from './tfidf.js';

/** Says the class of a text by its n-grams, whatever their order. */
export type NgramClassifier = (ngrams: readonly string[]) => number;

/** Logistic regression on the TF-IDF of n-grams: what a network that reads texts has to be better than. */
export function fitNgrams(
  examples: ReadonlyArray<{ readonly ngrams: readonly string[]; readonly label: number }>,
  classes: number,
): NgramClassifier {
  const { width, vectorOf } = fitTfidf(examples.map(({ ngrams }) => ngrams));
  const vectors = examples.map(({ ngrams }) => vectorOf(ngrams));
  const labels = examples.map(({ label }) => label);
  const { classOf } = fitLogisticRegression({ vectors, labels, width, classes });
  return (ngrams) => classOf(vectorOf(ngrams));
}
