import { describe, expect, it } from 'vitest';
import { networksOf, parametersOf } from '../../src/network/networks.js';
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

  it('cannot have more blocks than there are', () => {
    expect(() => networksOf(withBlocks(15), { classes: 2 })).toThrow('mobilenet-v1 has 14');
  });
});
