import { createHash } from 'node:crypto';
import type { FramesInput, Pipeline } from '../config.js';
import type { FeatureSequence } from '../data/batches.js';
import type { Cache } from '../data/cache.js';
import { readRows } from '../data/mnist/rows.js';
import { type MobileNet, mobileNetParameters } from '../encoder/mobilenet.js';
import type { Engine } from '../engine/engine.js';
import type { Networks } from '../network/networks.js';
import { encodeSafetensors } from '../tensors/safetensors.js';
import { requireTensor, type Weights } from '../tensors/tensor.js';
import { featureReader, type SequenceReader } from './sequences.js';

/** Reads examples as what the recurrent network reads. Owns native memory until `release`. */
export interface Features {
  readonly read: SequenceReader<FeatureSequence>;
  release(): Promise<void>;
}

interface Run {
  readonly pipeline: Pipeline;
  readonly networks: Networks;
  readonly cache: Cache;
  readonly signal?: AbortSignal;
}

/** @param options.weights of the whole network, or of the encoder alone. */
export async function openFeatures(
  run: Run,
  options: { engine: Engine; weights: Weights },
): Promise<Features> {
  const { pipeline, networks } = run;
  if (pipeline.input.kind === 'rows') return { read: readRows, release: async () => {} };
  return openEncoder(run, { ...options, input: pipeline.input, network: networks.encoder! });
}

/** An encoder on an engine, its features kept in the cache. */
async function openEncoder(
  run: Run,
  options: { engine: Engine; weights: Weights; input: FramesInput; network: MobileNet },
): Promise<Features> {
  const { engine, weights, input, network } = options;
  const encoder = await engine.loadEncoder(network, weights);
  const identity = identityOf(options);
  const {
    pipeline: { seed },
    networks,
  } = run;
  return {
    read: featureReader({ ...run, input, seed, encoder, identity, width: networks.recurrent.inputs }),
    release: () => encoder.release(),
  };
}

/** Engines differ in the last bits, so that each keeps features of its own. */
function identityOf(options: { engine: Engine; weights: Weights; network: MobileNet }): string {
  const { engine, weights, network } = options;
  const own = mobileNetParameters(network).map(({ name }) => [name, requireTensor(weights, name)] as const);
  return createHash('sha256')
    .update(JSON.stringify([network, engine.name, engine.version]))
    .update(encodeSafetensors(new Map(own)))
    .digest('hex');
}
