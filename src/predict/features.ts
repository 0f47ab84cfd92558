import { createHash } from 'node:crypto';
import type { MobileNet } from '../encoder/mobilenet.js';
import { mobileNetParameters } from '../encoder/parameters.js';
import type { Engine } from '../engine/engine.js';
import { distinctEncoders, loadEncoders } from '../engine/members.js';
import type { FeatureSequence } from '../inputs/batches.js';
import { readRows } from '../inputs/digits/rows.js';
import type { Cache } from '../inputs/feature-cache.js';
import type { FramesInput } from '../inputs/video/frames-schema.js';
import { featureReader, type SequenceReader } from '../inputs/video/sequences.js';
import type { Networks } from '../network/networks.js';
import type { Pipeline } from '../pipeline/schema.js';
import { encodeSafetensors } from '../tensors/safetensors.js';
import { requireTensor, type Weights } from '../tensors/tensor.js';

/** Reads examples as what the recurrent network reads. Owns native memory until `release`. */
export interface Features {
  readonly read: SequenceReader<FeatureSequence>;
  release(): Promise<void>;
}

interface Run {
  readonly pipeline: Pipeline;
  readonly networks: Networks;
  readonly cache: Cache;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Features as engine/members.ts lays them out.
 * @param options.members weights of each whole network, or of the encoder alone; see bundle/bundle.ts.
 */
export async function openFeatures(
  run: Run,
  options: { engine: Engine; members: readonly Weights[] },
): Promise<Features> {
  const { pipeline, networks } = run;
  if (pipeline.input.kind === 'rows') return { read: readRows, release: async () => {} };
  return openEncoder(run, { ...options, input: pipeline.input, network: networks.encoder! });
}

/** Encoders on an engine, their features kept in the cache. */
async function openEncoder(
  run: Run,
  options: { engine: Engine; members: readonly Weights[]; input: FramesInput; network: MobileNet },
): Promise<Features> {
  const { engine, members, input, network } = options;
  const encoder = await loadEncoders(engine, { networks: run.networks, members });
  const identities = distinctEncoders(network, members).map((weights) => identityOf({ ...options, weights }));
  const { seed, training } = run.pipeline;
  return {
    read: featureReader({
      ...{ ...run, input, seed, augmentation: training.augmentation, encode: encoder.encode },
      identity: identities.join('+'),
      width: run.networks.recurrent.inputs * run.networks.apart * identities.length,
    }),
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
