import { describe, expect, it } from 'vitest';
import { NO_CLASS } from '../../../src/datasets/dataset.js';
import { scribbles } from '../../../src/datasets/mnist/scribbles.js';

describe('scribbles', () => {
  const options = { count: 2000, seed: 1 };
  const drawn = scribbles('test', options);

  it("are pictures of no class, in MNIST's form", () => {
    expect(drawn).toHaveLength(2000);
    expect(new Set(drawn.map(({ id }) => id)).size).toBe(drawn.length);
    for (const { image, label } of drawn) {
      expect(label).toBe(NO_CLASS);
      expect(image).toHaveLength(28 * 28);
      const inked = Array.from(image!.keys()).filter((index) => image![index]! > 0);
      const rows = inked.map((index) => Math.floor(index / 28));
      const columns = inked.map((index) => index % 28);
      const spans = [rows, columns].map((places) => Math.max(...places) - Math.min(...places) + 1);
      expect(Math.max(...spans)).toBeLessThanOrEqual(21);
      expect(Math.max(...spans)).toBeGreaterThanOrEqual(2);
    }
  });

  it('differ from one another, and are the same for the same seed', () => {
    const text = ({ image }: { image?: Uint8Array | undefined }) => Buffer.from(image!).toString('base64');
    const texts = drawn.map(text);
    expect(new Set(texts).size).toBeGreaterThan(0.95 * drawn.length);
    expect(scribbles('test', options).map(text)).toEqual(texts);
    expect(scribbles('test', { ...options, seed: 2 }).map(text)).not.toEqual(texts);
    const train = new Set(scribbles('train', options).map(text));
    expect(texts.filter((one) => train.has(one)).length).toBeLessThan(0.05 * drawn.length);
  });
});
