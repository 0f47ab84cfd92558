import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Bundle, loadBundle } from '../../../src/bundle/bundle.js';
import { selectEngine } from '../../../src/engine/select.js';
import { vocabularyOf } from '../../../src/inputs/text/vocabulary.js';
import { type Generated, type GenerateOptions, generate } from '../../../src/predict/generate/generate.js';
import { saveTinyBundle } from '../../support/tiny-bundle.js';
import { saveTinyLanguageBundle } from '../../support/tiny-text.js';

let root: string;
let bundle: Bundle;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'clipstep-generate-'));
  await saveTinyLanguageBundle(join(root, 'language'));
  bundle = await loadBundle(join(root, 'language'));
});
afterAll(() => rm(root, { recursive: true }));

async function write(options: GenerateOptions) {
  const parts: Generated[] = [];
  for await (const part of generate(bundle, options)) parts.push(part);
  const texts: string[] = [];
  for (const part of parts)
    if (part.kind === 'text') texts[part.sample] = (texts[part.sample] ?? '') + part.text;
  return { parts, texts };
}

describe('a text that a model writes', () => {
  it('is the same for the same seed, and another for another', async () => {
    const [one, again, other] = [
      await write({ length: 60, seed: 3 }),
      await write({ length: 60, seed: 3 }),
      await write({ length: 60, seed: 4 }),
    ];
    expect(again).toEqual(one);
    expect(other.texts).not.toEqual(one.texts);
  });

  it('does not change with the number of texts after it', async () => {
    const { texts } = await write({ length: 40, samples: 3 });
    expect(texts).toHaveLength(3);
    expect(new Set(texts).size).toBe(3);
    expect((await write({ length: 40 })).texts[0]).toBe(texts[0]);
  });

  it('goes on from states that are those of the whole text before, read at once', async () => {
    const prompt = 'abc é\n'.repeat(30);
    const [text] = (await write({ prompt, length: 20, greedy: true })).texts;
    const { words } = vocabularyOf(bundle.manifest.vocabulary!);
    const { engine } = await selectEngine('onnx');
    const network = await engine.loadSequenceModel(bundle.networks.recurrent, bundle.members[0]!);
    const numbers = [...new Intl.Segmenter().segment(prompt + text)].map(
      ({ segment }) => 3 + words.indexOf(segment),
    );
    const data = Int32Array.from(numbers);
    const timesteps = data.length;
    const batch = { kind: 'tokens', data, lengths: Int32Array.of(timesteps), timesteps } as const;
    const { logits } = await network.run(batch);
    await network.release();
    const classes = logits.length / timesteps;
    for (let at = timesteps - 21; at < timesteps - 1; at++) {
      const row = logits.slice(at * classes + 3, (at + 1) * classes);
      expect(3 + row.indexOf(Math.max(...row))).toBe(data[at + 1]);
    }
  });

  it('is made of whole characters, and nothing that stands for none', async () => {
    const { parts, texts } = await write({ length: 300, temperature: 5 });
    expect(texts[0]).toContain('👨‍👩‍👧');
    for (const part of parts) {
      if (part.kind === 'text') expect(bundle.manifest.vocabulary).toContain(part.text);
    }
  });

  it('ends where it would say what it is to stop at', async () => {
    const [whole] = (await write({ length: 200 })).texts;
    const stop = whole!.slice(50, 52);
    const { parts, texts } = await write({ length: 200, stop });
    expect(texts[0]).toBe(whole!.slice(0, whole!.indexOf(stop)));
    expect(parts.at(-1)).toMatchObject({ kind: 'end', by: 'stop' });
  });

  it('says what of the prompt the model does not know, and goes on', async () => {
    const { parts } = await write({ prompt: 'aXbXc🦊', length: 5 });
    expect(parts[0]).toEqual({ kind: 'unknown', tokens: ['X', '🦊'] });
    expect(parts.at(-1)).toMatchObject({ kind: 'end', tokens: 5, by: 'length' });
  });

  it('is cut short by a signal', async () => {
    await expect(write({ signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'aborted' });
  });
});

it('is refused by a model that names classes', async () => {
  await saveTinyBundle(join(root, 'classes'));
  const other = await loadBundle(join(root, 'classes'));
  await expect(generate(other).next()).rejects.toMatchObject({ code: 'usage' });
});
