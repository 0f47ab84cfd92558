import { resolve } from 'node:path';
import { UserError } from '../../errors.js';
import { cacheFolder } from '../../platform/cache-folder.js';
import { decodeSafetensors, encodeSafetensors } from '../../tensors/safetensors.js';
import { requireTensor } from '../../tensors/tensor.js';
import { mobileNetParameters } from '../encoder-parameters.js';
import type { MobileNet } from '../mobilenet.js';
import { keep, listKept, readKept, sha256Of } from './cache.js';
import { type ConvertedNetwork, convertGraph } from './conversion.js';
import { type DownloadOptions, downloadModel } from './download-model.js';
import { convertLayers } from './layers.js';
import { type ModelFiles, readModelFolder } from './model-files.js';
import { decodeLayers, loadThroughPackage } from './package.js';
import { PUBLISHED, publishedAddresses } from './published.js';

export interface PretrainedRequest {
  readonly architecture: MobileNet['architecture'];
  readonly alpha: number;
  /** `hub`: as published; or the folder of a TensorFlow.js model: model.json and the files that it names. */
  readonly weights: string;
  /** Where converted weights are kept; a part of Clipstep's cache when absent. */
  readonly cacheFolder?: string | undefined;
  /** As a download has it. */
  readonly onReceived?: DownloadOptions['onReceived'];
}

export interface Pretrained extends ConvertedNetwork {
  /** The address or the folder that the weights came from. */
  readonly source: string;
  /** sha256 (hex) of what lies there: model.json and the files that it names, in its order. */
  readonly sourceDigest: string;
  /** sha256 (hex) of the file in the cache. */
  readonly sha256: string;
}

/**
 * The weights of an encoder that somebody trained on ImageNet, converted to our table of blocks. A graph
 * model is loaded with @tensorflow-models/mobilenet. What was converted once is kept: the network is asked only for
 * what the cache has not, or has damaged. Classifiers have ImageNet's 1000 classes in their order, those of graph
 * models one more, the background, before them.
 *
 * @throws UserError `bad_config` for an alpha that was not published, `download_failed`, `not_found` for a
 * folder without a model, `bad_weights` for a model that is not the network asked for.
 */
export async function loadPretrained(request: PretrainedRequest): Promise<Pretrained> {
  const { architecture, alpha } = request;
  const network: MobileNet = { architecture, alpha, inputSize: 224, pooling: { kind: 'global' } };
  const folder = request.cacheFolder ?? defaultFolder();
  if (request.weights === 'hub') {
    const addresses = publishedAddresses(network);
    const name = `${architecture}-${alpha}-hub`;
    return fromCache(network, { folder, name, files: () => downloadModel(addresses, request) });
  }
  const files = await readModelFolder(resolve(request.weights));
  // Two folders of one content share an entry, and a folder whose content changed gets another.
  const name = `${architecture}-${alpha}-${files.digest.slice(0, 16)}`;
  return fromCache(network, { folder, name, files: async () => files });
}

/** Pretrained weights in the cache: their names, such as `mobilenet-v2-1-hub`, and where they came from. */
export async function cachedPretrained(): Promise<
  Array<Pick<Pretrained, 'source' | 'sourceDigest'> & { name: string }>
> {
  const folder = defaultFolder();
  const kept: Array<{ name: string; source: string; sourceDigest: string }> = [];
  for (const name of await listKept(folder)) {
    const bytes = await readKept(folder, name);
    const metadata = bytes && decodeSafetensors(bytes, name).metadata;
    if (metadata?.source && metadata.sourceDigest) {
      kept.push({ name, source: metadata.source, sourceDigest: metadata.sourceDigest });
    }
  }
  return kept;
}

/** Whether the published weights of a network are in the cache, so that training with them takes no network. */
export async function isPublishedHere({
  architecture,
  alpha,
}: Pick<PretrainedRequest, 'architecture' | 'alpha'>): Promise<boolean> {
  return (await listKept(defaultFolder())).includes(`${architecture}-${alpha}-hub`);
}

const defaultFolder = () => cacheFolder('pretrained');

const CLASSIFIER_KERNEL = 'classifier.kernel';
const CLASSIFIER_BIAS = 'classifier.bias';

async function fromCache(
  network: MobileNet,
  entry: { folder: string; name: string; files: () => Promise<ModelFiles> },
): Promise<Pretrained> {
  const kept = await readKept(entry.folder, entry.name);
  const known = kept && decodeKept(kept, network);
  if (known) return known;
  const files = await entry.files();
  const bytes = await convert(network, files);
  const pretrained = decode(bytes, { network, origin: files.origin });
  // Whoever has no room for them goes on without: they are fetched and converted again.
  await keep(entry.folder, entry.name, bytes).catch((error: unknown) => {
    if (!(error instanceof UserError && error.code === 'cannot_write')) throw error;
  });
  return pretrained;
}

async function convert(network: MobileNet, files: ModelFiles): Promise<Uint8Array> {
  const { weights, classifier } = await convertFiles(network, files);
  const all = new Map([
    ...weights,
    [CLASSIFIER_KERNEL, classifier.kernel],
    [CLASSIFIER_BIAS, classifier.bias],
  ]);
  return encodeSafetensors(all, { source: files.origin, sourceDigest: files.digest });
}

async function convertFiles(network: MobileNet, files: ModelFiles): Promise<ConvertedNetwork> {
  if (files.format === 'layers') {
    return convertLayers(network, { values: await decodeLayers(files), origin: files.origin });
  }
  return convertGraph(await loadThroughPackage(files, PUBLISHED[network.architecture].version), network);
}

function decode(bytes: Uint8Array, options: { network: MobileNet; origin: string }): Pretrained {
  const { weights, metadata } = decodeSafetensors(bytes, options.origin);
  const { source, sourceDigest } = metadata;
  if (source === undefined || sourceDigest === undefined)
    throw new Error('They do not say where they are from');
  const parameters = mobileNetParameters(options.network);
  return {
    weights: new Map(parameters.map(({ name, shape }) => [name, requireTensor(weights, name, shape)])),
    classifier: {
      kernel: requireTensor(weights, CLASSIFIER_KERNEL),
      bias: requireTensor(weights, CLASSIFIER_BIAS),
    },
    source,
    sourceDigest,
    sha256: sha256Of(bytes),
  };
}

/** Null for a sound file whose tensors are another version's: it is converted again. */
function decodeKept(bytes: Uint8Array, network: MobileNet): Pretrained | null {
  try {
    return decode(bytes, { network, origin: 'the cache' });
  } catch {
    return null;
  }
}
