import { resolve } from 'node:path';
import { cacheFolder } from '../../platform/cache-folder.js';
import { decodeSafetensors, encodeSafetensors } from '../../tensors/safetensors.js';
import { requireTensor } from '../../tensors/tensor.js';
import type { MobileNet } from '../mobilenet.js';
import { mobileNetParameters } from '../parameters.js';
import { keep, listKept, readKept, sha256Of } from './cache.js';
import { type ConvertedNetwork, convertGraph } from './conversion.js';
import { hubAddresses, PUBLISHED } from './hub.js';
import { loadThroughPackage } from './package.js';
import { downloadGraphModel, type GraphModelFiles, readGraphModelFolder } from './source.js';

export interface PretrainedRequest {
  readonly architecture: MobileNet['architecture'];
  readonly alpha: number;
  /** `hub`, or the folder of a TensorFlow.js graph model: model.json and the files that it names. */
  readonly weights: string;
  /** Where converted weights are kept; a part of Clipstep's cache when absent. */
  readonly cacheFolder?: string | undefined;
}

export interface Pretrained extends ConvertedNetwork {
  /** The address or the folder that the weights came from. */
  readonly source: string;
  /** sha256 (hex) of the file in the cache. */
  readonly sha256: string;
}

/**
 * The weights of an encoder that somebody trained on ImageNet, loaded with @tensorflow-models/mobilenet and
 * converted to our table of blocks. What was converted once is kept: the hub is asked only for what the
 * cache has not, or has damaged. The hub's classifiers have 1001 classes: 0 is the background, the others
 * are ImageNet's in their order.
 *
 * @throws UserError `bad_config` for an alpha that the hub has not, `download_failed`, `not_found` for a
 * folder without a model, `bad_weights` for a model that is not the network asked for.
 */
export async function loadPretrained(request: PretrainedRequest): Promise<Pretrained> {
  const { architecture, alpha } = request;
  const network: MobileNet = { architecture, alpha, inputSize: 224, pooling: { kind: 'global' } };
  const folder = request.cacheFolder ?? defaultFolder();
  if (request.weights === 'hub') {
    const addresses = hubAddresses(network);
    const name = `${architecture}-${alpha}-hub`;
    return fromCache(network, { folder, name, files: () => downloadGraphModel(addresses) });
  }
  const files = await readGraphModelFolder(resolve(request.weights));
  // Two folders of one content share an entry, and a folder whose content changed gets another.
  const name = `${architecture}-${alpha}-${files.digest.slice(0, 16)}`;
  return fromCache(network, { folder, name, files: async () => files });
}

/** Names of the pretrained weights in the cache, such as `mobilenet-v2-1-hub`. */
export function cachedPretrained(): Promise<string[]> {
  return listKept(defaultFolder());
}

const defaultFolder = () => cacheFolder('pretrained');

const CLASSIFIER_KERNEL = 'classifier.kernel';
const CLASSIFIER_BIAS = 'classifier.bias';

async function fromCache(
  network: MobileNet,
  entry: { folder: string; name: string; files: () => Promise<GraphModelFiles> },
): Promise<Pretrained> {
  const kept = await readKept(entry.folder, entry.name);
  const known = kept && decodeKept(kept, network);
  if (known) return known;
  const files = await entry.files();
  const bytes = await convert(network, files);
  const pretrained = decode(bytes, { network, origin: files.origin });
  await keep(entry.folder, entry.name, bytes);
  return pretrained;
}

async function convert(network: MobileNet, files: GraphModelFiles): Promise<Uint8Array> {
  const graph = await loadThroughPackage(files, PUBLISHED[network.architecture].version);
  const { weights, classifier } = convertGraph(graph, network);
  const all = new Map([
    ...weights,
    [CLASSIFIER_KERNEL, classifier.kernel],
    [CLASSIFIER_BIAS, classifier.bias],
  ]);
  return encodeSafetensors(all, { source: files.origin });
}

function decode(bytes: Uint8Array, options: { network: MobileNet; origin: string }): Pretrained {
  const { weights, metadata } = decodeSafetensors(bytes, options.origin);
  const parameters = mobileNetParameters(options.network);
  return {
    weights: new Map(parameters.map(({ name, shape }) => [name, requireTensor(weights, name, shape)])),
    classifier: {
      kernel: requireTensor(weights, CLASSIFIER_KERNEL),
      bias: requireTensor(weights, CLASSIFIER_BIAS),
    },
    source: metadata.source ?? options.origin,
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
