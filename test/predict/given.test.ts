import { Readable } from 'node:stream';
import { expect, it } from 'vitest';
import { classify, openClassifier } from '../../src/predict/classify.js';
import type { ClipClassifier } from '../../src/predict/classify-options.js';

const given = (value: unknown) => value as string; // what JavaScript lets somebody give

it.each([
  ['a Buffer', Buffer.from('secret'.repeat(1000)), 'a Buffer of 6000 bytes'],
  ['bytes', new Uint8Array(3), 'a Uint8Array of 3 bytes'],
  ['a stream', Readable.from(['secret']), 'a Readable'],
  ['a file of the web', new Blob(['secret']), 'a Blob'],
  ['nothing', undefined, 'undefined'],
  ['an object without a prototype', Object.create(null), 'an Object'],
])('%s is refused by its name, and its bytes are not printed', async (_, value, name) => {
  const whole = classify('motion', [given(value)]).next();
  await expect(whole).rejects.toThrow(TypeError);
  await expect(whole).rejects.toThrow(`not ${name}. Write a clip to a file first`);
  await expect(whole).rejects.not.toThrow('secret');
});

it('a single path in place of a list is refused, before a model is looked for', async () => {
  const single = classify('no such model', 'clip.mp4' as unknown as string[]); // as JavaScript lets one
  await expect(single.next()).rejects.toThrow(
    new TypeError('Inputs must be an array of paths, not a string. Put it into brackets.'),
  );
});

it('a model that is open refuses bytes, and is released at the end of its block', async () => {
  let kept: ClipClassifier;
  {
    await using classifier = await openClassifier('motion');
    await expect(classifier.classify(given(Buffer.alloc(9)))).rejects.toThrow('not a Buffer of 9 bytes');
    await classifier.loaded;
    kept = classifier;
  }
  await expect(kept.classify('datasets/motion/samples/open/open-0002')).rejects.toThrow('released');
});
