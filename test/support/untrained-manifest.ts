import type { Manifest } from '../../src/bundle/manifest.js';

/** What the manifest of a model has to hold, of one that was never trained. */
export const UNTRAINED = {
  test: null,
  seed: 1,
  engine: 'onnx',
  versions: {},
  temperature: 1,
  minProbability: 0,
} as const satisfies Partial<Manifest>;
