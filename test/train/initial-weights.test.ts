import { describe, expect, it } from 'vitest';
import { networksOf } from '../../src/network/networks.js';
import { checkPipeline, type Pipeline } from '../../src/pipeline/schema.js';
import { initialWeights } from '../../src/train/initial-weights.js';

const HEAD = ['head.kernel', 'head.bias'];

function weightsOf(training: Partial<Pipeline['training']>) {
  const pipeline = checkPipeline(
    {
      name: 'head',
      description: 'For tests.',
      input: { kind: 'rows' },
      recurrent: { cell: 'lstm', units: 64 },
      training: { train: 'recurrent', epochs: 1, batchSize: 4, learningRate: 0.1, ...training },
    },
    'the test',
  );
  const networks = networksOf(pipeline, { classes: 10 });
  return initialWeights(
    { pipeline, networks },
    { encoder: new Map(), member: { seed: 3, stream: 0 }, own: new Map() },
  );
}

const momentsOf = (values: Float32Array) => {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
  return { mean, deviation: Math.sqrt(variance) };
};

describe('the head that training starts from', () => {
  it('is Glorot-uniform with a bias of zero, where the pipeline does not say', () => {
    const weights = weightsOf({});
    expect(weights).toEqual(weightsOf({ initialHead: 'glorot' }));
    const { data } = weights.get('head.kernel')!;
    // Uniform within sqrt(6 / (inputs + outputs)).
    expect(Math.abs(momentsOf(data).deviation / Math.sqrt(2 / 74) - 1)).toBeLessThan(0.1);
    expect(Math.max(...data.map(Math.abs))).toBeLessThanOrEqual(Math.sqrt(6 / 74));
    expect(weights.get('head.bias')!.data.every((value) => value === 0)).toBe(true);
  });

  it('is of normal numbers with `initialHead: normal`, and nothing else is', () => {
    const [glorot, normal] = [weightsOf({}), weightsOf({ initialHead: 'normal' })];
    const { mean, deviation } = momentsOf(normal.get('head.kernel')!.data);
    // Of 640 numbers: within four standard errors.
    expect(Math.abs(mean)).toBeLessThan(4 / Math.sqrt(640));
    expect(Math.abs(deviation - 1)).toBeLessThan(4 / Math.sqrt(2 * 640));
    expect(normal.get('head.bias')!.data.every((value) => value !== 0)).toBe(true);
    expect([...normal.keys()]).toEqual([...glorot.keys()]);
    for (const [name, tensor] of normal) {
      if (!HEAD.includes(name)) expect(tensor).toEqual(glorot.get(name));
    }
  });
});
