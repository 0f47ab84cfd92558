import { describe, expect, it } from 'vitest';
import { selectEngine } from '../../src/engine/select.js';
import { collate } from '../../src/inputs/batches.js';
import type { RecurrentNetwork } from '../../src/network/recurrent.js';
import { recurrentParameters } from '../../src/network/recurrent-parameters.js';
import {
  foldStandardization,
  standardizationOf,
  standardize,
  unfoldStandardization,
} from '../../src/network/standardize.js';
import { random } from '../../src/random.js';
import type { Weights } from '../../src/tensors/tensor.js';

const { engine } = await selectEngine('onnx');
const WIDTH = 5;
const base: RecurrentNetwork = {
  cell: 'lstm',
  inputs: WIDTH,
  units: 4,
  layers: 1,
  bidirectional: false,
  dropout: 0,
  readout: 'mean',
  classes: 3,
};
const stream = random(1, 'features');
/** Features of unlike means and deviations. */
const features = Float32Array.from({ length: 6 * WIDTH }, (_, index) => {
  const feature = index % WIDTH;
  return 10 * feature + (feature + 1) * stream.normal();
});

describe('standardized features', () => {
  it('have mean 0 and deviation 1', async () => {
    const values = standardize(features, await standardizationOf([features], WIDTH));
    for (let feature = 0; feature < WIDTH; feature++) {
      const own = [...values].filter((_, index) => index % WIDTH === feature);
      const mean = own.reduce((sum, value) => sum + value, 0) / own.length;
      const variance = own.reduce((sum, value) => sum + value ** 2, 0) / own.length - mean ** 2;
      expect(mean).toBeCloseTo(0, 4);
      expect(variance).toBeCloseTo(1, 1);
    }
  });

  it('are 0 where a feature never changes', async () => {
    const constant = new Float32Array(4).fill(7);
    expect([...standardize(constant, await standardizationOf([constant], 1))]).toEqual([0, 0, 0, 0]);
  });

  it('are the same to the bit however the vectors are parted', async () => {
    const cut = 2 * WIDTH;
    const parts = [features.subarray(0, cut), features.subarray(cut, cut), features.subarray(cut)];
    expect(await standardizationOf(parts, WIDTH)).toEqual(await standardizationOf([features], WIDTH));
  });

  it('are measured as well where the mean is far from 0 and the vectors are many', async () => {
    const count = 300_000;
    const draw = random(3, 'far');
    const far = Float32Array.from({ length: count }, () => 100 + 1e-3 * draw.normal());
    const exactMean = far.reduce((sum, value) => sum + (value - 100), 0) / count;
    const variance = far.reduce((sum, value) => sum + (value - 100 - exactMean) ** 2, 0) / count;
    const { scale } = await standardizationOf([far], 1);
    expect(scale[0]! * (Math.sqrt(variance) + 1e-3)).toBeCloseTo(1, 4);
  });
});

describe('a standardization folded into the weights', () => {
  it.each<Partial<RecurrentNetwork>>([
    { cell: 'lstm' },
    { cell: 'gru', bidirectional: true, layers: 2, readout: 'last' },
    { layers: 0 },
    { layers: 0, readout: 'attention' },
    { layers: 0, readout: 'pooled' },
    { layers: 0, readout: 'hierarchical', segment: 4 },
  ])('makes the same logits of features as they are: %o', async (changes) => {
    const network = { ...base, ...changes };
    const draw = random(2, 'weights');
    const weights = new Map(
      recurrentParameters(network).map(({ name, shape }) => {
        const length = shape.reduce((product, size) => product * size, 1);
        return [name, { shape, data: Float32Array.from({ length }, () => 0.5 * draw.normal()) }];
      }),
    );
    const standardization = await standardizationOf([features], WIDTH);
    const logits = async (data: Float32Array, own: Weights) => {
      const classifier = await engine.loadClassifier(network, own);
      const result = await classifier.classify(collate([{ kind: 'features', data, timesteps: 6 }]));
      await classifier.release();
      return [...result.logits];
    };
    const expected = await logits(standardize(features, standardization), weights);
    const folded = foldStandardization(network, weights, standardization);
    const found = await logits(features, folded);
    found.forEach((logit, index) => {
      expect(logit).toBeCloseTo(expected[index]!, 3);
    });
    expect(await logits(features, weights)).not.toEqual(found);
    const unfolded = await logits(
      standardize(features, standardization),
      unfoldStandardization(network, folded, standardization),
    );
    unfolded.forEach((logit, index) => {
      expect(logit).toBeCloseTo(expected[index]!, 3);
    });
  });
});
