import { createHash } from 'node:crypto';
import { mobileNetParameters } from '../encoder/encoder-parameters.js';
import { encodedWidth, featureCount, type MobileNet } from '../encoder/mobilenet.js';
import type { Engine } from '../engine/engine.js';
import { distinctEncoders } from '../engine/feature-places.js';
import { loadEncoders } from '../engine/members.js';
import type { RecurrentSequence } from '../inputs/batches.js';
import type { Cache } from '../inputs/feature-cache.js';
import { inputOf } from '../inputs/input-kinds.js';
import type { SequenceReader } from '../inputs/sequence-reader.js';
import { featureReader, type PictureEncoder } from '../inputs/video/sequences.js';
import type { Networks } from '../network/networks.js';
import type { Pipeline } from '../pipeline/schema.js';
import { launchWhenNeeded } from '../platform/child-process/launcher.js';
import { encodeSafetensors } from '../tensors/safetensors.js';
import { requireTensor, type Weights } from '../tensors/tensor.js';

/** Reads examples as what the recurrent network reads. Owns native memory and what starts ffmpeg until `release`. */
export interface Features {
  readonly read: SequenceReader<RecurrentSequence>;
  release(): Promise<void>;
}

interface Run {
  readonly pipeline: Pipeline;
  readonly networks: Networks;
  /** As Input.vocabularyOf gave it; none when absent. */
  readonly vocabulary?: readonly string[] | undefined;
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
  const { pipeline, networks, vocabulary = [], cache, signal } = run;
  const { seed, training } = pipeline;
  const { source } = inputOf(pipeline.input);
  if (source.kind === 'direct') return { read: source.open(vocabulary), release: async () => {} };
  const { release, ...encoder } = await openEncoder(networks, { ...options, network: networks.encoder! });
  const launcher = launchWhenNeeded();
  const reading = { input: source.frames, cache, signal, seed, augmentation: training.augmentation };
  return {
    read: featureReader({ ...reading, ...encoder, startProgram: launcher.start }),
    release: async () => {
      await launcher.release();
      await release();
    },
  };
}

/** The encoders of all members, on an engine. */
async function openEncoder(
  networks: Networks,
  { engine, members, network }: { engine: Engine; members: readonly Weights[]; network: MobileNet },
): Promise<PictureEncoder & { release(): Promise<void> }> {
  const { encode, release } = await loadEncoders(engine, { networks, members });
  return { encode, ...describeEncoder(networks, { engine, members, network }), release };
}

/** What tells the features of all members apart from others, and how many there are of a timestep. */
export function describeEncoder(
  networks: Networks,
  options: {
    engine: Pick<Engine, 'name' | 'version'>;
    members: readonly Weights[];
    network: MobileNet;
  },
): Pick<PictureEncoder, 'identity' | 'width'> {
  const { engine, members, network } = options;
  const distinct = distinctEncoders(network, members);
  const pictures = (networks.recurrent.inputs * networks.apart) / featureCount(network);
  return {
    identity: distinct.map((weights) => identityOf({ engine, weights, network })).join('+'),
    width: pictures * encodedWidth(network) * distinct.length,
  };
}

/** Engines differ in the last bits, so that each keeps features of its own. */
function identityOf(options: {
  engine: Pick<Engine, 'name' | 'version'>;
  weights: Weights;
  network: MobileNet;
}): string {
  const { engine, weights, network } = options;
  const own = mobileNetParameters(network).map(({ name }) => [name, requireTensor(weights, name)] as const);
  return createHash('sha256')
    .update(JSON.stringify([network, engine.name, engine.version]))
    .update(encodeSafetensors(new Map(own)))
    .digest('hex');
}
