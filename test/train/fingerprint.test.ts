import { expect, it } from 'vitest';
import { differencesText } from '../../src/train/fingerprint.js';

const begun = {
  pipeline: { name: 'a', training: { epochs: 3, patience: 2 }, streams: [{ kind: 'frames' }] },
  dataset: '10 to train on, 2 to validate, 2 to test (abc)',
  engine: 'onnx',
  model: '',
};

it('is the same where nothing differs', () => {
  expect(differencesText(begun, structuredClone(begun))).toBe('');
});

it('names each setting that differs, with what it was and is', () => {
  const now = {
    pipeline: { name: 'a', training: { epochs: 4 }, streams: [{ kind: 'flow', gain: 3 }] },
    dataset: '9 to train on, 3 to validate, 2 to test (def)',
    engine: 'tensorflow',
    model: '',
  };
  expect(differencesText(begun, now).split('\n')).toEqual([
    '  training.epochs: was 3, is 4',
    '  training.patience: was 2, is left out',
    '  streams.0.kind: was frames, is flow',
    '  the data: was 10 to train on, 2 to validate, 2 to test (abc), is 9 to train on, 3 to validate, 2 to test (def)',
    '  --engine: was onnx, is tensorflow',
    '  streams.0.gain: was left out, is 3',
  ]);
});
