import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { MobileNet } from '../../../src/encoder/mobilenet.js';
import { loadPretrained, type Pretrained } from '../../../src/encoder/pretrained/load-pretrained.js';
import type { Engine } from '../../../src/engine/engine.js';
import { createOnnxEngine } from '../../../src/engine/onnx/onnx-engine.js';
import { selectEngine } from '../../../src/engine/select.js';
import { type PackageResult, packageResults } from '../../support/mobilenet-package.js';
import { type Photo, readPhotos, readPhotoViews } from '../../support/photos.js';
import { sharedFolder } from '../../support/shared.js';

/**
 * In int8, `lossInInt8` fewer of the 100 photos may be right, and `sameInInt8` is the share of their views
 * that get the same class; the narrow v1 has few channels to average errors over.
 */
const networks = [
  {
    architecture: 'mobilenet-v1',
    alpha: 0.25,
    version: 1,
    folder: 'mobilenet_v1_025_224',
    accuracy: 50,
    lossInInt8: 2,
    sameInInt8: 0.94,
  },
  {
    architecture: 'mobilenet-v2',
    alpha: 1,
    version: 2,
    folder: 'mobilenet_v2_100_224',
    accuracy: 80,
    lossInInt8: 1,
    sameInInt8: 0.975,
  },
] as const;

describe.skipIf(!sharedFolder).each(networks)(
  'pretrained $architecture $alpha, held against @tensorflow-models/mobilenet on 100 photos',
  ({ architecture, alpha, version, folder, accuracy, lossInInt8, sameInInt8 }) => {
    const network: MobileNet = { architecture, alpha, inputSize: 224, pooling: { kind: 'global' } };
    const weightsFolder = join(sharedFolder ?? '', 'pretrained', folder);
    let cacheFolder: string;
    let photos: Photo[];
    let expected: PackageResult[];
    let pretrained: Pretrained;

    beforeAll(async () => {
      cacheFolder = await mkdtemp(join(tmpdir(), 'clipstep-pretrained-'));
      photos = await readPhotos(sharedFolder!);
      expected = await packageResults(weightsFolder, { version, photos });
      pretrained = await loadPretrained({ architecture, alpha, weights: weightsFolder, cacheFolder });
    });

    afterAll(() => rm(cacheFolder, { recursive: true }));

    describe.each(['onnx', 'tensorflow'] as const)('on the %s engine', (engineName) => {
      let engine: Engine | undefined;

      beforeAll(async () => {
        engine = await startWhereItLoads(engineName);
      });

      it('embeddings equal infer(photo, true), and the best class is the same', async (context) => {
        if (!engine) return context.skip();
        const embeddings = await embed(engine, { network, pretrained, photos });
        const differences = embeddings.map((embedding, i) =>
          relativeDistance(embedding, expected[i]!.embedding),
        );
        expect(Math.max(...differences)).toBeLessThan(1e-4);
        const best = embeddings.map((embedding) => argmax(classLogits(embedding, pretrained.classifier)));
        expect(count(best, (label, i) => label === argmax(expected[i]!.logits))).toBeGreaterThanOrEqual(99);
        expect(count(best, (label, i) => label === photos[i]!.label)).toBeGreaterThanOrEqual(accuracy);
      });
    });

    it('in int8, calibrated on the other half of the photos, is right as often within half a point', async () => {
      const engine = await createOnnxEngine();
      const views = await readPhotoViews(sharedFolder!);
      const classesOf = async (own: readonly Photo[], parameters: Pretrained, encoder: MobileNet) =>
        (await embed(engine, { network: encoder, pretrained: parameters, photos: own })).map((embedding) =>
          argmax(classLogits(embedding, pretrained.classifier)),
        );
      let [right, rightInInt8, same, lost] = [0, 0, 0, 0];
      for (const half of [0, 1]) {
        const others = photos.filter((_, index) => index % 2 !== half);
        const own = views.filter(({ photo }) => photo % 2 === half);
        const frames = Buffer.concat(others.map(({ pixels }) => pixels));
        const weights = await engine.quantizeEncoder(network, pretrained.weights, frames);
        const expectedClasses = await classesOf(own, pretrained, network);
        const classes = await classesOf(own, { ...pretrained, weights }, { ...network, precision: 'int8' });
        right += count(expectedClasses, (label, index) => label === own[index]!.label);
        rightInInt8 += count(classes, (label, index) => label === own[index]!.label);
        own.forEach(({ isPhoto, label }, index) => {
          if (isPhoto) lost += Number(expectedClasses[index] === label) - Number(classes[index] === label);
        });
        same += count(classes, (label, index) => label === expectedClasses[index]);
      }
      expect(lost).toBeLessThanOrEqual(lossInInt8);
      expect(Math.abs(rightInInt8 - right)).toBeLessThanOrEqual(0.005 * views.length);
      expect(same).toBeGreaterThanOrEqual(sameInInt8 * views.length);
    }, 600_000);
  },
);

function startWhereItLoads(requested: 'onnx' | 'tensorflow'): Promise<Engine | undefined> {
  return selectEngine(requested).then(
    ({ engine }) => engine,
    () => undefined,
  );
}

async function embed(
  engine: Engine,
  { network, pretrained, photos }: { network: MobileNet; pretrained: Pretrained; photos: readonly Photo[] },
): Promise<Float32Array[]> {
  const encoder = await engine.loadEncoder(network, pretrained.weights);
  const features = await encoder.encode(Buffer.concat(photos.map((photo) => photo.pixels)));
  await encoder.release();
  const length = features.length / photos.length;
  return photos.map((_, index) => features.subarray(index * length, (index + 1) * length));
}

/** The difference's Euclidean norm, relative to the expected vector's. */
function relativeDistance(actual: Float32Array, expected: Float32Array): number {
  return Math.hypot(...expected.map((value, i) => value - actual[i]!)) / Math.hypot(...expected);
}

/** Logits of ImageNet's 1000 classes, which come after the background. */
function classLogits(embedding: Float32Array, { kernel, bias }: Pretrained['classifier']): Float32Array {
  const logits = bias.data.slice();
  embedding.forEach((feature, row) => {
    for (let i = 0; i < logits.length; i++) logits[i]! += feature * kernel.data[row * logits.length + i]!;
  });
  return logits.subarray(1);
}

const argmax = (values: Float32Array): number => values.indexOf(Math.max(...values));

const count = <T>(items: readonly T[], isCounted: (item: T, index: number) => boolean): number =>
  items.filter(isCounted).length;
