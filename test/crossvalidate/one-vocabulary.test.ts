import { describe, expect, it } from 'vitest';
import { withOneVocabulary } from '../../src/crossvalidate/one-vocabulary.js';
import { MARKERS, UNKNOWN, vocabularyOf } from '../../src/inputs/text/vocabulary.js';
import { initializeRecurrent } from '../../src/network/initialize-network.js';
import { networksOf } from '../../src/network/networks.js';
import { EMBEDDING } from '../../src/network/recurrent-parameters.js';
import { requireTensor, type Weights } from '../../src/tensors/tensor.js';
import { tinyTextPipeline } from '../support/tiny-texts.js';

const trainedOn = (vocabulary: readonly string[], seed: number) => ({
  vocabulary,
  members: [initializeRecurrent(networksOf(tinyTextPipeline, { classes: 2, vocabulary }).recurrent, seed)],
});

const rowOf = (weights: Weights, number: number) => {
  const { shape, data } = requireTensor(weights, EMBEDDING);
  return [...data.subarray(number * shape[1]!, (number + 1) * shape[1]!)];
};

describe('networks that were trained on other words each', () => {
  const one = trainedOn(['a', 'b'], 1);
  const other = trainedOn(['b', 'c'], 2);
  const joined = withOneVocabulary([one, other]);
  const numberOf = (word: string) => vocabularyOf(joined.vocabulary!).numberOf(word);

  it('get the words of all', () => {
    expect(joined.vocabulary).toEqual(['a', 'b', 'c']);
    expect(joined.members).toHaveLength(2);
    for (const weights of joined.members) {
      expect(requireTensor(weights, EMBEDDING).shape).toEqual([MARKERS + 3, 8]);
    }
  });

  it('read each as before, and as unknown what they did not know', () => {
    const [first, second] = joined.members as [Weights, Weights];
    expect(rowOf(first, numberOf('a'))).toEqual(rowOf(one.members[0]!, MARKERS));
    expect(rowOf(first, numberOf('c'))).toEqual(rowOf(one.members[0]!, UNKNOWN));
    expect(rowOf(second, numberOf('a'))).toEqual(rowOf(other.members[0]!, UNKNOWN));
    expect(rowOf(second, numberOf('c'))).toEqual(rowOf(other.members[0]!, MARKERS + 1));
    expect(rowOf(second, UNKNOWN)).toEqual(rowOf(other.members[0]!, UNKNOWN));
  });

  it('stay as they are where they read no tokens', () => {
    const members = [new Map([['head.bias', { shape: [2], data: new Float32Array(2) }]])];
    expect(withOneVocabulary([{ members }])).toEqual({ members });
  });
});
