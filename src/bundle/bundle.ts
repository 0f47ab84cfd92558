import { open } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { int8Maps } from '../encoder/int8-layers.js';
import { featureCount, statisticsCount } from '../encoder/mobilenet.js';
import { messageOf, UserError } from '../errors.js';
import { SCENE_STATISTICS } from '../media/scene-statistics.js';
import { inInt8, type Networks, networksOf, parametersOf } from '../network/networks.js';
import { readoutWidthOf, topLevelOf } from '../network/recurrent.js';
import { counted } from '../platform/counted.js';
import { newFolder } from '../platform/new-folder.js';
import { replaceFile } from '../platform/replace-file.js';
import { cannotWriteResult } from '../platform/write-result.js';
import type { TrainedBaseline } from '../tasks/classification/baselines.js';
import { KNOWN_PREFIX } from '../tasks/classification/known-distance.js';
import { unfitKnown } from '../tasks/classification/known-examples.js';
import { taskOf } from '../tasks/tasks.js';
import type { Weights } from '../tensors/tensor.js';
import { type FoundModel, findModel, type ModelOptions } from './find-model.js';
import {
  BASELINES_FILE,
  BUNDLE_SCHEMA_VERSION,
  damaged,
  MANIFEST_FILE,
  type Manifest,
  WEIGHTS_FILE,
} from './manifest.js';
import { packBaselines } from './pack-baselines.js';
import { packMembers, strayOwnTensor, unpackMembers } from './pack-members.js';
import { readTensorFile, tensorFile } from './tensor-file.js';

/** A trained model: what it is, what it knows, and its weights, all checked against one another. */
export interface Bundle {
  /** As it was asked for, or where it ships. */
  readonly folder: string;
  readonly manifest: Manifest;
  readonly networks: Networks;
  /**
   * Weights of each network whose probabilities are averaged: one, or an ensemble's. Tensors that members
   * share are the same objects.
   */
  readonly members: readonly Weights[];
}

/** A trained model as far as its manifest describes it. */
export type Described = Pick<Bundle, 'folder' | 'manifest'>;

/** What is saved; counts, sizes and digests are worked out here. */
export interface NewBundle {
  readonly manifest: Omit<Manifest, 'schemaVersion' | 'weights' | 'members' | 'baselines'>;
  readonly members: readonly Weights[];
  /** What it has to be better than, as they were trained with it; none when absent. */
  readonly baselines?: readonly TrainedBaseline[] | undefined;
  /** Further files by name, such as the model card README.md. */
  readonly files: Readonly<Record<string, string>>;
}

/**
 * Reads a trained model.
 * @param model its folder, the name of one that ships, or `imagenet`: a pretrained MobileNet, for `classify` and `batch`.
 * @throws UserError `not_found` when there is no model, `bad_bundle` or `bad_weights` when it is not as it
 *   was written: not JSON, of a newer schema, settings that do not fit, weights cut short, changed, or of
 *   other names or shapes than its settings and labels ask for.
 */
export async function loadBundle(model: string, options: ModelOptions = {}): Promise<Bundle> {
  return completeBundle(await findModel(model, options));
}

/** The rest of a bundle whose manifest was read before. @throws UserError as loadBundle. */
export async function completeBundle({ folder, manifest, members: own }: FoundModel): Promise<Bundle> {
  const networks = networksOfManifest(manifest, join(folder, MANIFEST_FILE));
  if (own) return { folder, manifest, networks, members: own };
  const path = join(folder, WEIGHTS_FILE);
  const weights = await readTensorFile(path, manifest.weights);
  const stray = strayOwnTensor(weights, manifest.members);
  if (stray) throw damaged(path, `has a tensor ${stray}, which belongs to no member`);
  if (manifest.members % networks.apart !== 0) {
    const count = counted(manifest.members, 'network');
    throw damaged(path, `has ${count}, but its pipeline has one for each of ${networks.apart} streams`);
  }
  const members = unpackMembers(weights, manifest.members);
  for (const member of members) checkParameters(member, { networks, path });
  return { folder, manifest, networks, members };
}

/**
 * Writes a model folder whole or not at all: into a temporary folder, synced, renamed.
 * @throws UserError `usage` when something else stands there already; the error says where the model is.
 */
export async function saveBundle(folder: string, bundle: NewBundle): Promise<void> {
  const weights = tensorFile(WEIGHTS_FILE, packMembers(bundle.members));
  const { baselines: trained = [] } = bundle;
  const baselines = trained.length > 0 ? [tensorFile(BASELINES_FILE, packBaselines(trained))] : [];
  const manifest: Manifest = {
    schemaVersion: BUNDLE_SCHEMA_VERSION,
    ...bundle.manifest,
    members: bundle.members.length,
    weights: weights.record,
    baselines: baselines[0]?.record,
  };
  const files = {
    ...Object.fromEntries([weights, ...baselines].map(({ record, bytes }) => [record.file, bytes])),
    [MANIFEST_FILE]: `${JSON.stringify(manifest, null, 2)}\n`,
    ...bundle.files,
  };
  const fill = async (temporary: string) => {
    for (const [name, content] of Object.entries(files)) {
      await writeSynced(join(temporary, name), content).catch((cause: unknown) =>
        Promise.reject(cannotWriteResult(folder, cause)),
      );
    }
  };
  const unplaced = (temporary: string, cause: unknown) =>
    new UserError('usage', {
      problem: `The model could not be put at ${folder}: ${messageOf(cause)}. It is whole, at ${temporary}.`,
      fix: `Rename ${temporary} to where it should be.`,
      cause,
    });
  await newFolder(folder, fill, { unplaced, unwritable: cannotWriteResult });
  await syncFolder(dirname(resolve(folder)));
}

/**
 * Changes what a model says of itself and, where they are other ones, its tensors.
 * @throws the file system's own error when the folder cannot be written to.
 */
export async function updateBundle(
  bundle: Bundle,
  {
    members,
    changes,
  }: {
    readonly members: readonly Weights[];
    readonly changes: Partial<Pick<Manifest, 'temperature' | 'minProbability' | 'maxDistance'>>;
  },
): Promise<void> {
  const { folder } = bundle;
  let manifest: Manifest = { ...bundle.manifest, ...changes };
  if (members !== bundle.members) {
    const { record, bytes } = tensorFile(WEIGHTS_FILE, packMembers(members));
    await replaceFile(join(folder, WEIGHTS_FILE), bytes, { isSynced: true });
    manifest = { ...manifest, weights: record };
  }
  const text = `${JSON.stringify(manifest, null, 2)}\n`;
  await replaceFile(join(folder, MANIFEST_FILE), text, { isSynced: true });
  await syncFolder(folder);
}

function networksOfManifest(manifest: Manifest, path: string): Networks {
  const { pipeline, labels, vocabulary, sourceVocabulary, quantization } = manifest;
  const networks = networksOf(pipeline, {
    classes: taskOf(pipeline).outputs({ labels, vocabulary }),
    vocabulary,
    sourceVocabulary,
  });
  if (!quantization) return networks;
  if (!networks.encoder) throw damaged(path, 'describes a quantized encoder, but its pipeline has none');
  return inInt8(networks);
}

function checkParameters(weights: Weights, { networks, path }: { networks: Networks; path: string }): void {
  const head = weights.get('head.bias');
  const { classes, softmax } = networks.recurrent;
  if (head && softmax?.kind !== 'adaptive' && head.data.length !== classes) {
    const count = `${classes} labels`;
    throw damaged(path, `scores ${head.data.length} classes, but ${MANIFEST_FILE} names ${count}`);
  }
  const expected = parametersOf(networks);
  for (const { name, shape, storage } of expected) {
    const found = weights.get(name);
    if (!found) throw damaged(path, `has no tensor ${name}, which the pipeline in ${MANIFEST_FILE} needs`);
    if (found.shape.join() !== shape.join()) {
      throw damaged(path, `has ${name} of shape [${found.shape}]; the pipeline asks for [${shape}]`);
    }
    if (found.storage !== storage) {
      throw damaged(path, `has ${name} in ${found.storage ?? 'float32'}; expected ${storage ?? 'float32'}`);
    }
  }
  for (const map of networks.encoder?.precision === 'int8' ? int8Maps(networks.encoder) : []) {
    const [low, high] = weights.get(`${map}.range`)!.data;
    if (low! > 0 || high! < 0)
      throw damaged(path, `has a range ${map}.range, [${low}, ${high}], without 0 in it`);
  }
  checkKnownExamples(weights, { networks, path });
  const known = new Set(expected.map(({ name }) => name));
  const stray = [...weights.keys()].find((name) => !known.has(name) && !name.startsWith(KNOWN_PREFIX));
  if (stray) throw damaged(path, `has a tensor ${stray} that the pipeline in ${MANIFEST_FILE} does not know`);
}

/** A model need not say what it was trained on. */
function checkKnownExamples(
  weights: Weights,
  { networks: { encoder, recurrent }, path }: { networks: Networks; path: string },
): void {
  const { inputs, tokens = 0 } = recurrent;
  const pictures = encoder ? inputs / featureCount(encoder) : 0;
  const unfit = unfitKnown(weights, {
    readout: readoutWidthOf(topLevelOf(recurrent)),
    statistics: encoder ? pictures * statisticsCount(encoder) : 0,
    scene: encoder ? SCENE_STATISTICS : 0,
    tokens,
  });
  if (unfit) throw damaged(path, `has ${unfit.name}: ${unfit.found}; expected ${unfit.expected}`);
}

async function writeSynced(path: string, content: Uint8Array | string): Promise<void> {
  const file = await open(path, 'w');
  try {
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
}

async function syncFolder(folder: string): Promise<void> {
  // Windows cannot open a folder as a file; its renames are journaled.
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  await handle.sync().finally(() => handle.close());
}
