import { beforeAll, describe, expect, it } from 'vitest';
import { mobileNetParameters } from '../../src/encoder/encoder-parameters.js';
import { encodedWidth, type MobileNet } from '../../src/encoder/mobilenet.js';
import type { Engine } from '../../src/engine/engine.js';
import { collate, type FeatureBatch } from '../../src/inputs/batches.js';
import { CELLS } from '../../src/network/cells.js';
import { READOUT_LAYOUTS, READOUTS } from '../../src/network/readouts.js';
import { attends, type RecurrentNetwork } from '../../src/network/recurrent.js';
import { recurrentParameters } from '../../src/network/recurrent-parameters.js';
import { random } from '../../src/random.js';
import { elementCount, type ParameterSpec, type Weights } from '../../src/tensors/tensor.js';
import { mobileNetReference } from '../golden/mobilenet-reference.js';
import { recurrentReference } from '../golden/recurrent-reference.js';

/** Largest difference from the float64 reference, relative to its largest value. */
const TOLERANCE = 1e-5;

const FEATURES = 5;
const CLASSES = 3;
const LENGTHS = [4, 1, 6, 3];
const TIMESTEPS = 6;

/** What every engine promises of prediction, held against the equations of the papers. */
export function describeEngine(name: string, create: () => Promise<Engine>): void {
  let engine: Engine;
  beforeAll(async () => {
    engine = await create();
  });

  describe(`the ${name} engine's encoder`, () => {
    it.each(encoders)(
      'computes $architecture x $alpha at $inputSize, pooled by $pooling, statistics: $hasStatistics',
      async (network) => {
        const weights = randomWeights(mobileNetParameters(network));
        const frames = randomFrames(network, 2);
        const encoder = await engine.loadEncoder(network, weights);
        const features = await encoder.encode(frames);
        await encoder.release();
        const expected = inParts(frames, 2).flatMap((frame) => mobileNetReference(network, weights, frame));
        expect(features).toHaveLength(2 * encodedWidth(network));
        expect(relativeDifference(features, expected)).toBeLessThan(TOLERANCE);
      },
    );

    describe('loaded', () => {
      const network = encoders[0]!;
      const weights = randomWeights(mobileNetParameters(network));
      const load = () => engine.loadEncoder(network, weights);

      it('gives each of many frames the features that it has alone', async () => {
        const encoder = await load();
        const frames = randomFrames(network, 11);
        const together = await encoder.encode(frames);
        const alone: number[] = [];
        for (const frame of inParts(frames, 11)) alone.push(...(await encoder.encode(frame)));
        await encoder.release();
        expect(relativeDifference(together, alone)).toBeLessThan(TOLERANCE);
      });

      it('leaves the frames and earlier results as they were', async () => {
        const encoder = await load();
        const [first, second] = inParts(randomFrames(network, 2), 2) as [Uint8Array, Uint8Array];
        const [firstCopy, features] = [first.slice(), await encoder.encode(first)];
        const featuresCopy = features.slice();
        await encoder.encode(second);
        await encoder.release();
        expect(first).toEqual(firstCopy);
        expect(features).toEqual(featuresCopy);
      });

      it('takes frames that are a part of a larger Buffer', async () => {
        const encoder = await load();
        const frames = randomFrames(network, 1);
        const part = Buffer.concat([Buffer.alloc(1), frames]).subarray(1);
        expect(await encoder.encode(part)).toEqual(await encoder.encode(frames));
        await encoder.release();
      });

      it('gives no features for no frames', async () => {
        const encoder = await load();
        expect(await encoder.encode(new Uint8Array())).toHaveLength(0);
        await encoder.release();
      });

      it('can be released twice, and then computes no more', async () => {
        const encoder = await load();
        await encoder.release();
        await encoder.release();
        await expect(encoder.encode(randomFrames(network, 1))).rejects.toThrow('released');
      });
    });
  });

  describe(`the ${name} engine's classifier`, () => {
    it.each(classifiers)(
      'computes $cell, $layers layers, bidirectional: $bidirectional, readout $readout, upper level $upper',
      async (network) => {
        const weights = randomWeights(recurrentParameters(network));
        const batch = randomBatch(LENGTHS);
        const classifier = await engine.loadClassifier(network, weights);
        const { logits, readout, attention } = await classifier.classify(batch);
        await classifier.release();
        const expected = sequencesOf(batch).map((sequence) => recurrentReference(network, weights, sequence));
        expect(
          relativeDifference(
            logits,
            expected.flatMap((result) => result.logits),
          ),
        ).toBeLessThan(TOLERANCE);
        const read = expected.flatMap((result) => result.readout);
        expect(relativeDifference(readout, read)).toBeLessThan(TOLERANCE);
        if (!attends(network)) {
          expect(attention).toBeUndefined();
          return;
        }
        const shares = expected.flatMap(({ attention: known }) =>
          Array.from({ length: TIMESTEPS }, (_, t) => known![t] ?? 0),
        );
        expect(relativeDifference(attention!, shares)).toBeLessThan(TOLERANCE);
      },
    );

    describe.each(readouts)('with the readout %s', (readout) => {
      const network = { ...classifiers[0]!, layers: 2, bidirectional: true, readout };
      const weights = randomWeights(recurrentParameters(network));
      const load = () => engine.loadClassifier(network, weights);

      it.each([0, 2])('never reads what lies after a sequence, with %i layers', async (layers) => {
        if (layers === 0 && readout === 'last') return;
        const classifier = await engine.loadClassifier(
          { ...network, layers },
          randomWeights(recurrentParameters({ ...network, layers })),
        );
        const batch = randomBatch(LENGTHS);
        const expected = await classifier.classify(batch);
        for (const content of [1e30, Number.NaN]) {
          expect(await classifier.classify(padWith(content, batch))).toEqual(expected);
        }
        await classifier.release();
      });

      it('takes a batch of one, a single timestep, and batches of other sizes in turn', async () => {
        const classifier = await load();
        for (const lengths of [[1], [TIMESTEPS], [2, 5]]) {
          const batch = randomBatch(lengths);
          const { logits } = await classifier.classify(batch);
          const expected = sequencesOf(batch).flatMap(
            (sequence) => recurrentReference(network, weights, sequence).logits,
          );
          expect(relativeDifference(logits, expected)).toBeLessThan(TOLERANCE);
        }
        await classifier.release();
      });

      it('can be released twice, and then computes no more', async () => {
        const classifier = await load();
        await classifier.release();
        await classifier.release();
        await expect(classifier.classify(randomBatch([1]))).rejects.toThrow('released');
      });
    });
  });
}

/** Both architectures, odd sides (an odd one leaves SAME padding even), each way of rounding channels. */
const encoders: MobileNet[] = [
  { architecture: 'mobilenet-v1', alpha: 0.25, inputSize: 96, pooling: { kind: 'global' } },
  { architecture: 'mobilenet-v1', alpha: 0.3, inputSize: 97, pooling: { kind: 'grid', n: 2 } },
  { architecture: 'mobilenet-v1', alpha: 0.1, inputSize: 131, pooling: { kind: 'grid', n: 5 } },
  { architecture: 'mobilenet-v2', alpha: 0.35, inputSize: 97, pooling: { kind: 'global' } },
  { architecture: 'mobilenet-v2', alpha: 0.1, inputSize: 131, pooling: { kind: 'grid', n: 3 } },
  { architecture: 'mobilenet-v1', alpha: 0.25, inputSize: 40, blocks: 4, pooling: { kind: 'grid', n: 2 } },
  { architecture: 'mobilenet-v2', alpha: 1.1, inputSize: 96, pooling: { kind: 'global' } },
  {
    architecture: 'mobilenet-v1',
    alpha: 0.25,
    inputSize: 65,
    pooling: { kind: 'grid', n: 2 },
    hasStatistics: true,
  },
  {
    architecture: 'mobilenet-v2',
    alpha: 0.1,
    inputSize: 97,
    pooling: { kind: 'global' },
    hasStatistics: true,
  },
];

const readouts = READOUTS.filter((readout) => !READOUT_LAYOUTS[readout].everyTimestep);

const classifier = {
  cell: 'lstm',
  layers: 1,
  bidirectional: false,
  readout: 'last',
  // The last segment of TIMESTEPS, and of most LENGTHS, is shorter.
  segment: 4,
  inputs: FEATURES,
  units: 4,
  dropout: 0.5,
  classes: CLASSES,
} as const;

const classifiers: RecurrentNetwork[] = [
  ...CELLS.flatMap((cell) =>
    [1, 2].flatMap((layers) =>
      [false, true].flatMap((bidirectional) =>
        readouts.map((readout) => ({ ...classifier, cell, layers, bidirectional, readout })),
      ),
    ),
  ),
  ...readouts
    .filter((readout) => !READOUT_LAYOUTS[readout].needsLayers)
    .map((readout) => ({
      ...classifier,
      layers: 0,
      readout,
    })),
  ...(
    [
      ['attention', 'lstm', 'attention', 1],
      ['last', 'gru', 'pooled', 2],
      ['pooled', 'gru', 'last', 1],
    ] as const
  ).map(([readout, cell, upperReadout, layers]) => ({
    ...classifier,
    readout,
    bidirectional: true,
    // Shorter than some sequences by much, longer than others.
    segment: 2,
    upper: { cell, units: 3, layers, bidirectional: layers === 1, readout: upperReadout },
  })),
];

/** Normal numbers, scaled so that activations neither vanish nor all saturate; no bias is zero. */
export function randomWeights(parameters: readonly ParameterSpec[]): Weights {
  return new Map(
    parameters.map(({ name, shape }) => {
      const stream = random(1, 'weights', name);
      const inputs = shape.length === 4 ? elementCount(shape) / shape[0]! : shape[0]!;
      const deviation = name.endsWith('bias') ? 0.3 : Math.sqrt(2 / inputs);
      const data = Float32Array.from({ length: elementCount(shape) }, () => deviation * stream.normal());
      return [name, { shape, data }];
    }),
  );
}

function randomFrames(network: MobileNet, count: number): Uint8Array {
  const stream = random(2, 'frames');
  return Uint8Array.from({ length: count * network.inputSize ** 2 * 3 }, () => stream.integer(0, 256));
}

function randomBatch(lengths: readonly number[]): FeatureBatch {
  const stream = random(3, 'features');
  return collate(
    lengths.map((timesteps) => {
      const data = Float32Array.from({ length: timesteps * FEATURES }, () => stream.normal());
      return { kind: 'features', data, timesteps };
    }),
  );
}

/** The same batch with that value wherever no sequence is. */
export function padWith(value: number, batch: FeatureBatch): FeatureBatch {
  const data = batch.data.slice();
  batch.lengths.forEach((length, row) => {
    const start = row * batch.timesteps;
    data.fill(value, (start + length) * FEATURES, (start + batch.timesteps) * FEATURES);
  });
  return { ...batch, data };
}

/** Each sequence as its valid timesteps' feature vectors. */
export function sequencesOf({ data, lengths, timesteps }: FeatureBatch): number[][][] {
  return Array.from(lengths, (length, row) =>
    Array.from({ length }, (_, t) => {
      const start = (row * timesteps + t) * FEATURES;
      return [...data.subarray(start, start + FEATURES)];
    }),
  );
}

function inParts(frames: Uint8Array, count: number): Uint8Array[] {
  const length = frames.length / count;
  return Array.from({ length: count }, (_, index) => frames.subarray(index * length, (index + 1) * length));
}

export function relativeDifference(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  const pairs = Array.from(expected, (value, index) => [value, actual[index]!] as const);
  const largest = Math.max(...pairs.map(([value]) => Math.abs(value)));
  return Math.max(...pairs.map(([value, other]) => Math.abs(value - other))) / largest;
}
