import { expect, it } from 'vitest';
import { checkPipeline } from '../../src/pipeline/schema.js';
import { differencesText, pipelineDifferences } from '../../src/train/fingerprint.js';
import { tinyPipeline } from '../support/tiny-bundle.js';

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

it('sees how a stage spares the encoder', () => {
  const stage = { fromBlock: 9, epochs: 2, batchSize: 4, learningRate: 0.0003 };
  const pipelineOf = (changes: object) =>
    checkPipeline({ ...tinyPipeline, finetune: [{ ...stage, ...changes }] }, 'the test');
  const now = { trains: 'scales', layerDecay: 0.8, pull: 0.1, average: 0.25, ema: 0.9 };
  expect(pipelineDifferences(pipelineOf({}), pipelineOf(now)).split('\n')).toEqual([
    '  finetune.0.trains: was weights, is scales',
    '  finetune.0.layerDecay: was 1, is 0.8',
    '  finetune.0.pull: was 0, is 0.1',
    '  finetune.0.average: was 0.5, is 0.25',
    '  finetune.0.ema: was 0, is 0.9',
  ]);
});
