import { describe, expect, it } from 'vitest';
import { mobileNetParameters } from '../../src/encoder/encoder-parameters.js';
import { type MobileNet, mobileNetBlocks } from '../../src/encoder/mobilenet.js';
import {
  foldScales,
  trainedEncoderParameters,
  withFirstScales,
} from '../../src/encoder/trained-parameters.js';
import type { Weights } from '../../src/tensors/tensor.js';

const encoder: MobileNet = {
  architecture: 'mobilenet-v2',
  alpha: 0.1,
  inputSize: 32,
  pooling: { kind: 'global' },
};
const blocks = mobileNetBlocks(encoder).length;
const from = (fromBlock: number) => trainedEncoderParameters(encoder, { fromBlock });

describe('the trained parameters of an encoder', () => {
  it('are all of them from block 0, and none past the last', () => {
    expect(from(0)).toEqual(mobileNetParameters(encoder));
    expect(from(blocks)).toEqual([]);
  });

  it('are the last ones of the encoder, block by block', () => {
    for (let fromBlock = 1; fromBlock < blocks; fromBlock++) {
      const trained = from(fromBlock);
      expect(trained).toEqual(mobileNetParameters(encoder).slice(-trained.length));
      expect(trained.length).toBeLessThan(from(fromBlock - 1).length);
    }
  });

  it('are a scale and a shift of each channel where no more is to be trained', () => {
    const last = trainedEncoderParameters(encoder, { fromBlock: blocks - 1, trains: 'scales' });
    expect(last).toEqual([
      { name: 'last.scale', shape: [1280] },
      { name: 'last.bias', shape: [1280] },
    ]);
  });
});

describe('the scales of kernels', () => {
  const kernel = { shape: [2, 1, 1, 3], data: Float32Array.of(1, 2, 3, 4, 5, 6) };
  const bias = { shape: [2], data: Float32Array.of(7, 8) };
  const weights: Weights = new Map([
    ['a.kernel', kernel],
    ['a.bias', bias],
    ['b.kernel', kernel],
  ]);

  it('are 1 at first, which leaves the network as it is', () => {
    const scaled = withFirstScales([{ name: 'a.scale', shape: [2] }], weights);
    expect(scaled.get('a.scale')).toEqual({ shape: [2], data: Float32Array.of(1, 1) });
    expect(foldScales(scaled)).toEqual(weights);
  });

  it('multiply what each output channel is made of, and nothing else', () => {
    const scaled = new Map([...weights, ['a.scale', { shape: [2], data: Float32Array.of(10, -1) }] as const]);
    const expected = { shape: [2, 1, 1, 3], data: Float32Array.of(10, 20, 30, -4, -5, -6) };
    expect(foldScales(scaled)).toEqual(new Map([...weights, ['a.kernel', expected]]));
  });
});
