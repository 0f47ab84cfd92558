import { describe, expect, it } from 'vitest';
import { networksOf, parametersOf } from '../../src/network/networks.js';
import type { Softmax } from '../../src/network/softmax.js';
import { tinyPipeline } from '../support/tiny-bundle.js';

function withBlocks(blocks: number) {
  const { input } = tinyPipeline;
  if (input.kind !== 'frames') throw new Error('The tiny pipeline reads frames');
  return { ...tinyPipeline, input: { ...input, encoder: { ...input.encoder, blocks } } };
}

describe("a pipeline's networks", () => {
  it('end at the encoder block that it says', () => {
    const whole = parametersOf(networksOf(tinyPipeline, { classes: 2 })).map(({ name }) => name);
    const part = parametersOf(networksOf(withBlocks(2), { classes: 2 })).map(({ name }) => name);
    expect(whole).toContain('block13.pointwise.kernel');
    expect(part.filter((name) => !/^(recurrent|head)/.test(name))).toEqual([
      ...['stem.kernel', 'stem.bias', 'block1.depthwise.kernel', 'block1.depthwise.bias'],
      ...['block1.pointwise.kernel', 'block1.pointwise.bias'],
    ]);
  });

  it.each<[Softmax, string]>([
    [{ kind: 'adaptive', cutoffs: [4, 9], shrink: 4 }, 'recurrent.softmax.cutoffs'],
    [{ kind: 'sampled', samples: 9 }, 'recurrent.softmax.samples'],
  ])('cannot have a softmax of more classes than there are: %o', (softmax, name) => {
    const input = { kind: 'text', unit: 'word', normalization: 'none' } as const;
    const settings = {
      input: { ...input, embedding: 4, minCount: 1, longest: 10 },
      recurrent: { ...tinyPipeline.recurrent, readout: 'every', softmax } as const,
    };
    expect(() => networksOf(settings, { classes: 9 })).toThrow(name);
    expect(networksOf(settings, { classes: 10 }).recurrent.softmax).toEqual(softmax);
  });
});
