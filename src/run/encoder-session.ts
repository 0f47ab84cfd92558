import { createHash } from 'node:crypto';
import type { Pipeline } from '../config.js';
import type { FeatureSequence } from '../data/batches.js';
import type { Cache } from '../data/cache.js';
import { featureCount, type MobileNet, mobileNetParameters } from '../encoder/mobilenet.js';
import type { Engine } from '../engine/engine.js';
import type { Networks } from '../network/networks.js';
import { encodeSafetensors } from '../tensors/safetensors.js';
import { requireTensor, type Weights } from '../tensors/tensor.js';
import { featureReader, type SequenceReader } from './sequences.js';

/** An encoder on an engine, reading examples as features through the cache. */
export interface EncoderSession {
  readonly read: SequenceReader<FeatureSequence>;
  release(): Promise<void>;
}

/** @param options.weights of the whole network, or of the encoder alone. */
export async function openEncoder(
  run: { pipeline: Pipeline; networks: Networks; cache: Cache; signal?: AbortSignal },
  options: { engine: Engine; weights: Weights },
): Promise<EncoderSession> {
  const { encoder: network } = run.networks;
  const encoder = await options.engine.loadEncoder(network, options.weights);
  const identity = identityOf(network, options);
  return {
    read: featureReader({ ...run, encoder, identity, featureCount: featureCount(network) }),
    release: () => encoder.release(),
  };
}

/** Engines differ in the last bits, so that each keeps features of its own. */
function identityOf(network: MobileNet, { engine, weights }: { engine: Engine; weights: Weights }): string {
  const own = mobileNetParameters(network).map(({ name }) => [name, requireTensor(weights, name)] as const);
  return createHash('sha256')
    .update(JSON.stringify([network, engine.name, engine.version]))
    .update(encodeSafetensors(new Map(own)))
    .digest('hex');
}
