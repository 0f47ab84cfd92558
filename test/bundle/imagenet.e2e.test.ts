import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Bundle, loadBundle } from '../../src/bundle/bundle.js';
import { shippedSample } from '../../src/platform/package-files.js';
import { classify } from '../../src/predict/classify.js';
import type { Classified, Outcome } from '../../src/predict/outcome.js';
import { requireTensor } from '../../src/tensors/tensor.js';
import { evaluateBundle } from '../../src/workflows/evaluate-bundle.js';
import { quantizeBundle } from '../../src/workflows/quantize-bundle.js';
import { buildGraphModel, randomContent, writeGraphModel } from '../support/graph-model.js';
import { runFfmpeg } from '../support/numbered-clip.js';
import { sharedFolder } from '../support/shared.js';

const content = randomContent('mobilenet-v1', 0.25, 1001);

let folder: string;
let weights: string;
let bundle: Bundle;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'clipstep-imagenet-'));
  process.env.CLIPSTEP_CACHE = join(folder, 'cache');
  weights = join(folder, 'model');
  await writeGraphModel(weights, buildGraphModel(content));
  bundle = await loadBundle('imagenet', { weights });
});
afterAll(async () => {
  delete process.env.CLIPSTEP_CACHE;
  await rm(folder, { recursive: true });
});

async function outcomesOf(inputs: string[], options: { weights: string; top: number }): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  for await (const outcome of classify('imagenet', inputs, options)) outcomes.push(outcome);
  return outcomes;
}

describe('the model imagenet', () => {
  it('is a pretrained MobileNet of whatever width, with its classes but for the background', () => {
    const { manifest, members } = bundle;
    expect(manifest.pipeline.input).toMatchObject({ encoder: { architecture: 'mobilenet-v1', alpha: 0.25 } });
    expect(manifest.labels).toHaveLength(1000);
    expect(manifest.labels[3]).toBe('tiger shark, Galeocerdo cuvieri');
    const bias = requireTensor(members[0]!, 'head.bias');
    expect(bias.data).toEqual(content.classifier.bias.data.slice(1));
    const kernel = requireTensor(members[0]!, 'head.kernel', [256, 1000]);
    expect(kernel.data.subarray(1000, 2000)).toEqual(content.classifier.kernel.data.subarray(1002, 2002));
  });

  it('answers for a clip with the mean over its frames, and with when each class was seen', async () => {
    const [outcome] = await outcomesOf([shippedSample('open/open-0001.mp4')], { weights, top: 1000 });
    expect(outcome).toMatchObject({ kind: 'class', frames: 16, model: 'imagenet' });
    // Just seen to be no failure.
    const { top, probability, durationSeconds } = outcome as Classified;
    expect(top.reduce((sum, ranked) => sum + ranked.probability, 0)).toBeCloseTo(1, 5);
    expect(top[0]!.probability).toBe(probability);
    for (const { seenAtSeconds } of top) {
      expect(seenAtSeconds!.length).toBeGreaterThan(0);
      expect(seenAtSeconds).toEqual([...new Set(seenAtSeconds)].sort((one, other) => one - other));
      expect(seenAtSeconds!.at(-1)).toBeLessThan(durationSeconds!);
    }
  });

  it('answers for a picture, and for a clip that stands still, of which it has one frame to compute', async () => {
    const picture = join(folder, 'red.png');
    const clip = join(folder, 'red.mp4');
    await sharp({ create: { width: 64, height: 48, channels: 3, background: 'red' } })
      .png()
      .toFile(picture);
    await runFfmpeg(['-f', 'lavfi', '-i', 'color=red:size=64x48:rate=25:duration=2', clip]);
    const outcomes = await outcomesOf([picture, clip], { weights, top: 1 });
    expect(outcomes).toMatchObject([
      { kind: 'class', frames: 16 },
      { kind: 'class', frames: 16 },
    ]);
  });

  it('is neither evaluated nor quantized', async () => {
    await expect(evaluateBundle(bundle, { data: folder })).rejects.toMatchObject({ code: 'usage' });
    const out = join(folder, 'int8');
    await expect(quantizeBundle(bundle, { data: folder, out })).rejects.toMatchObject({ code: 'usage' });
  });

  it('refuses a model of other classes, and weights for another model', async () => {
    const other = join(folder, 'other');
    await writeGraphModel(other, buildGraphModel(randomContent('mobilenet-v1', 0.25, 5)));
    await expect(loadBundle('imagenet', { weights: other })).rejects.toMatchObject({ code: 'bad_weights' });
    await expect(loadBundle('motion', { weights })).rejects.toMatchObject({
      code: 'usage',
      problem: expect.stringContaining('--model imagenet'),
    });
  });
});

describe.skipIf(!sharedFolder)('the model imagenet on photos', () => {
  it.each([
    ['mobilenet_v2_100_224', 14],
    ['mobilenet_v1_025_224_layers', 12],
  ])('with %s says what most show', async (name, fewest) => {
    const table = await readFile(join(sharedFolder!, 'photos', 'labels.csv'), 'utf8');
    const photos = table
      .trim()
      .split('\n')
      .slice(1, 21)
      .map((line) => line.split(','));
    const outcomes = await outcomesOf(
      photos.map(([file]) => join(sharedFolder!, 'photos', file!)),
      { weights: join(sharedFolder!, 'pretrained', name), top: 1 },
    );
    const right = outcomes.filter(
      (outcome, index) =>
        outcome.kind === 'class' && outcome.label === bundle.manifest.labels[Number(photos[index]![2])],
    );
    expect(right.length).toBeGreaterThanOrEqual(fewest);
  });
});
