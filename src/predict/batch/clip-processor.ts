import { availableParallelism } from 'node:os';
import { openSequenceCache } from '../../inputs/feature-cache.js';
import { inputOf } from '../../inputs/input-kinds.js';
import { type KeptFeatures, keptFeatures } from '../../inputs/video/sequences.js';
import { describeEncoder } from '../features.js';
import { openRemoteClips, type RemoteClips } from '../remote-clips.js';
import { shareEncoders } from '../shared-encoder.js';
import type { BatchClip } from './batch-clip.js';
import { type BatchOptions, withDefaults } from './batch-options.js';
import { contentReader } from './content.js';
import type { Helpers } from './prepare-run.js';
import { type ProcessOptions, processClip } from './process-clip.js';
import type { Row } from './row.js';

interface Processing extends Helpers {
  readonly options: BatchOptions;
  readonly signal: AbortSignal;
}

/** Makes rows of clips, several at once. */
export interface ClipProcessor {
  /** As processClip. */
  process(clip: BatchClip, finished: Row | null): Promise<Row | null>;
  /** No clip is under way. */
  release(): Promise<void>;
}

/** @param scratch a folder for what is fetched, which is there. */
export async function openProcessor(processing: Processing, scratch: string): Promise<ClipProcessor> {
  const { options, signal } = processing;
  const { timeoutSeconds } = withDefaults(options);
  const remote = openRemoteClips(options.remote ?? {}, { folder: scratch, timeoutSeconds, signal });
  const how = processOptions(processing, { kept: await openKeptFeatures(processing), remote });
  return {
    process: (clip, finished) => processClip({ clip, finished }, how),
    release: () => remote.release(),
  };
}

async function openKeptFeatures({ options, model }: Processing): Promise<KeptFeatures | null> {
  const { networks, members, manifest } = options.bundle;
  const { source } = inputOf(manifest.pipeline.input);
  const network = networks.encoder;
  if (source.kind === 'direct' || !network) return null;
  const engine = await model.loaded;
  const encoder = describeEncoder(networks, { engine, members, network });
  return keptFeatures({ ...encoder, input: source.frames, cache: openSequenceCache(undefined) });
}

function processOptions(
  { options, model, startProgram, signal }: Processing,
  { kept, remote }: { kept: KeptFeatures | null; remote: RemoteClips },
): ProcessOptions {
  const { jobs, sampling, top, minProbability, maxDistance, allowDamaged, timeoutSeconds } =
    withDefaults(options);
  const { pipeline, labels, vocabulary = [], eachFrame = false } = options.bundle.manifest;
  const input = inputOf(pipeline.input);
  const { source, given } = input;
  return {
    readContent: contentReader({ timeoutSeconds, signal }),
    remote,
    model: {
      input,
      encoder: shareEncoders(model),
      classify: model.classify,
      eachFrame,
    },
    encoder: options.bundle.networks.encoder,
    texts:
      given === 'texts' && source.kind === 'direct'
        ? { read: source.open(vocabulary), classify: model.classify }
        : null,
    windowing: options.windowing,
    subtitles: options.subtitles,
    embeddings: options.embeddings,
    keptFeatures: kept,
    decoderThreads: Math.max(1, Math.floor(availableParallelism() / jobs)),
    labels,
    sampling,
    top,
    minProbability,
    maxDistance,
    allowDamaged,
    timeoutSeconds,
    startProgram,
    signal,
  };
}
