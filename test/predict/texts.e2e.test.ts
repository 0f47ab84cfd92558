import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadBundle } from '../../src/bundle/bundle.js';
import {
  classify,
  evaluateBundle,
  type Given,
  type Outcome,
  openClassifier,
  train,
} from '../../src/index.js';
import { projectFolder } from '../support/cli.js';
import { saveTinyBundle } from '../support/tiny-bundle.js';
import { writeTinyTextPipeline, writeTinyTexts } from '../support/tiny-texts.js';

let root: string;
let model: string;
let trained: Awaited<ReturnType<typeof train>>;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'clipstep-classify-texts-'));
  model = join(root, 'model');
  const data = join(root, 'data');
  await writeTinyTexts(data, 60);
  trained = await train({ pipeline: await writeTinyTextPipeline(root), data, out: model });
}, 60_000);
afterAll(() => rm(root, { recursive: true }));

async function all(inputs: readonly Given[], of = model): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  for await (const outcome of classify(of, inputs)) outcomes.push(outcome);
  return outcomes;
}

describe('a training on texts', () => {
  it('learns to tell two languages apart, beside its baselines', () => {
    expect(trained.test!.accuracy).toBeGreaterThan(0.9);
    const names = trained.baselines!.classifiers.map(({ name }) => name);
    expect(names).toEqual(['majority', 'mean', 'ngrams', 'shuffled', 'network']);
  });

  it('keeps the vocabulary of its training part with the model, by which evaluation finds the same', async () => {
    const bundle = await loadBundle(model);
    expect(bundle.manifest.vocabulary).toContain('a');
    const again = await evaluateBundle(bundle, { data: join(root, 'data') });
    expect(again.evaluation.accuracy).toBe(trained.test!.accuracy);
    expect(again.evaluation.logLoss).toBeCloseTo(trained.test!.logLoss, 5);
  });
});

describe('an evaluation', () => {
  it.each(['leaks', 'test'])('ends with an interruption amid what it reads: %s', async (stage) => {
    const bundle = await loadBundle(model);
    const interruption = new AbortController();
    let last = 0;
    const evaluation = evaluateBundle(bundle, {
      data: join(root, 'data'),
      split: 'all',
      signal: interruption.signal,
      onEvent: (event) => {
        if (event.kind !== 'reading') return;
        if (event.what === stage) interruption.abort();
        last = event.done;
      },
    });
    await expect(evaluation).rejects.toMatchObject({
      code: 'aborted',
      problem: expect.stringMatching(/^Interrupted while examples were (compared|scored)\.$/),
    });
    expect(last).toBeLessThan(2 * 60);
  });

  it('reads texts in the encoding that is said', async () => {
    const bundle = await loadBundle(model);
    const folder = join(root, 'wide');
    await mkdir(folder);
    await writeFile(join(folder, 'Aitani.txt'), Buffer.from('tami\nromilu\n', 'utf16le'));
    await writeFile(join(folder, 'Brakk.txt'), Buffer.from('kurbro\ntakdest\n', 'utf16le'));
    const { evaluation } = await evaluateBundle(bundle, { data: folder, split: 'all', encoding: 'utf-16le' });
    expect([evaluation.examples, evaluation.accuracy]).toEqual([4, 1]);
  });
});

describe('classifying texts', () => {
  it('takes texts, and files with one a line', async () => {
    const path = join(root, 'names.txt');
    await writeFile(path, 'tami\n\nkurbro');
    const outcomes = await all([{ text: 'romilu' }, path]);
    expect(outcomes.map(({ input }) => input)).toEqual(['romilu', 'tami', `${path}:2`, 'kurbro']);
    expect(outcomes.map((outcome) => (outcome.kind === 'class' ? outcome.label : outcome.kind))).toEqual([
      'Aitani',
      'Aitani',
      'failed',
      'Brakk',
    ]);
    expect(outcomes[0]).toMatchObject({ tokens: 6, model });
    expect(outcomes[2]).toMatchObject({ error: { code: 'empty' } });
  });

  it('answers for characters that it never saw, and says how many', async () => {
    expect(await all([{ text: 'tañ👩‍🚀' }])).toEqual([
      expect.objectContaining({ tokens: 4, unknownTokens: 2 }),
    ]);
  });

  it('fails for a file that is not there or is in another encoding than was said, and goes on', async () => {
    const path = join(root, 'latin.txt');
    await writeFile(path, Uint8Array.of(0xe9, 0x0a));
    const outcomes = await all([join(root, 'gone.txt'), path, { text: 'tami' }]);
    expect(outcomes.map(({ kind }) => kind)).toEqual(['failed', 'failed', 'class']);
    expect(outcomes[1]).toMatchObject({
      error: {
        code: 'unreadable',
        message: expect.stringMatching(/latin\.txt is not utf-8, in line 1: it looks like /),
      },
    });
    const read = classify(model, [path], { encoding: 'windows-1252' });
    for await (const outcome of read) expect(outcome).toMatchObject({ input: 'é', tokens: 1 });
  });

  it('says of a video or an image that it is none, and not in which encoding', async () => {
    const samples = join(projectFolder, 'datasets/motion/samples/close');
    const outcomes = await all([join(samples, 'close-0002.webm'), join(samples, 'close-0001/0014.jpg')]);
    const messages = outcomes.map((outcome) => (outcome.kind === 'failed' ? outcome.error.message : ''));
    expect(messages).toEqual([
      expect.stringMatching(/close-0002\.webm is a video, where a file of text was expected/),
      expect.stringMatching(/0014\.jpg is an image, where a file of text was expected/),
    ]);
  });

  it('does not take letters for a video that begins with the same ones', async () => {
    const path = join(root, 'packets.txt');
    // As the packets of an MPEG transport stream do: G, and G 188 bytes later.
    await writeFile(path, Buffer.from(`G${'a'.repeat(187)}Gar\xe7on\n`, 'latin1'));
    expect(await all([path])).toMatchObject([
      { error: { message: expect.stringContaining('is not utf-8') } },
    ]);
  });

  it('ends with an interruption between two texts', async () => {
    const path = join(root, 'long.txt');
    await writeFile(path, 'tami\n'.repeat(100));
    const interruption = new AbortController();
    let count = 0;
    const reading = (async () => {
      for await (const _ of classify(model, [path], { signal: interruption.signal })) {
        if (++count === 3) interruption.abort();
      }
    })();
    await expect(reading).rejects.toMatchObject({
      code: 'aborted',
      problem: 'Interrupted while texts were classified.',
    });
    expect(count).toBe(3);
  });

  it('answers one by one for a model that is open', async () => {
    const classifier = await openClassifier(model);
    try {
      expect(await classifier.classify({ text: 'brokur' })).toMatchObject({ kind: 'class', label: 'Brakk' });
      expect(await classifier.classify({ text: '' })).toMatchObject({
        kind: 'failed',
        error: { code: 'empty' },
      });
      await expect(async () => classifier.classify('names.txt')).rejects.toMatchObject({ code: 'usage' });
    } finally {
      await classifier.release();
    }
  });

  it('is refused by a model of clips, and so is an encoding', async () => {
    const clips = join(root, 'clips');
    await saveTinyBundle(clips);
    await expect(openClassifier(clips, { encoding: 'utf-16le' })).rejects.toMatchObject({ code: 'usage' });
    await expect(all([{ text: 'tami' }], clips)).rejects.toMatchObject({
      code: 'usage',
      problem: expect.stringContaining('reads clips, not texts such as "tami"'),
    });
  });

  it('is refused by the tensorflow engine, which has no networks of tokens', async () => {
    const refused = train({
      pipeline: await writeTinyTextPipeline(root),
      data: join(root, 'data'),
      out: join(root, 'never'),
      engine: 'tensorflow',
    });
    await expect(refused).rejects.toMatchObject({ code: expect.stringMatching(/usage|engine_unavailable/) });
  });
});
