import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { io } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { Bundle } from '../bundle/bundle.js';
import { UserError } from '../errors.js';
import { newFolder, requireNewFolder } from '../platform/new-folder.js';
import { cannotWriteResult } from '../platform/write-result.js';
import type { Tensor } from '../tensors/tensor.js';
import { layersModel, READOUTS_OF_LAYERS } from './layers-model.js';
import { modelMetadata } from './model-metadata.js';

const WEIGHTS = 'weights.bin';

/**
 * A folder with a TensorFlow.js layers model, `model.json` and its weights, and the model card. See layers-model.ts for
 * what it reads and gives; `userDefinedMetadata` of model.json has what modelMetadata says.
 *
 * @returns how many bytes the two files have.
 * @throws UserError `usage` for what has no standard layer; `cannot_write`.
 */
export async function writeTfjsFolder(bundle: Bundle, path: string): Promise<number> {
  const { folder, manifest, networks, members } = bundle;
  const obstacle = obstacleToLayers(bundle);
  if (obstacle !== null) {
    throw new UserError('usage', {
      problem: `${folder} cannot be a TensorFlow.js layers model: ${obstacle}.`,
      fix:
        obstacle === FLOW
          ? 'docs/export.md says what each format has.'
          : 'Export it as ONNX, which has all that Clipstep has but optical flow and segments.',
    });
  }
  const { encoder, recurrent } = networks;
  if (!encoder || manifest.pipeline.input.kind !== 'frames') throw new Error(`${folder} reads no frames`);
  await requireNewFolder(path);
  const { temperature } = manifest;
  const artifacts = await artifactsOf({ encoder, recurrent, weights: members[0]!, temperature });
  const { weightSpecs = [], weightData, ...topology } = artifacts;
  const weights = Buffer.concat([weightData].flat().map((part) => new Uint8Array(part as ArrayBuffer)));
  const { model_card: card, ...metadata } = await modelMetadata(bundle, manifest.pipeline.input);
  const document = {
    ...topology,
    userDefinedMetadata: metadata,
    weightsManifest: [{ paths: [WEIGHTS], weights: weightSpecs }],
  };
  const text = JSON.stringify(document);
  const fill = async (temporary: string) => {
    await writeFile(join(temporary, 'model.json'), text);
    await writeFile(join(temporary, WEIGHTS), weights);
    if (card !== undefined) await writeFile(join(temporary, 'README.md'), card);
  };
  await newFolder(path, fill).catch((cause) => Promise.reject(cannotWriteResult(path, cause)));
  return Buffer.byteLength(text) + weights.byteLength;
}

async function artifactsOf(model: Parameters<typeof layersModel>[1]): Promise<io.ModelArtifacts> {
  const [tf, core] = await Promise.all([import('@tensorflow/tfjs-layers'), import('@tensorflow/tfjs-core')]);
  await import('@tensorflow/tfjs-backend-cpu');
  // Otherwise it praises its faster backend, which has nothing to compute here.
  core.enableProdMode();
  await core.setBackend('cpu');
  const { model: built, weights } = layersModel(tf, model);
  const tensor = ({ shape, data }: Tensor) => core.tensor(data, [...shape]);
  const encode = built.getLayer('encode') as ReturnType<typeof tf.layers.timeDistributed> & {
    layer: LayersModel;
  };
  const layers = [...built.layers, ...encode.layer.layers];
  for (const [name, own] of weights) {
    layers.find((layer) => layer.name === name)!.setWeights(own.map(tensor));
  }
  let artifacts: io.ModelArtifacts | undefined;
  const handler = core.io.withSaveHandler(async (given) => {
    artifacts = given;
    return { modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: 'JSON' } };
  });
  await built.save(handler);
  built.dispose();
  return artifacts!;
}

const FLOW = 'it reads optical flow';

/** What of a model no standard layer computes; null where all is. */
export function obstacleToLayers({ manifest, networks, members }: Bundle): string | null {
  const { input } = manifest.pipeline;
  const { cell, readout, upper } = networks.recurrent;
  const streams = input.kind === 'frames' ? input.streams : [];
  if (streams.some(({ kind }) => kind === 'flow')) return FLOW;
  if (streams.some(({ kind }) => kind !== 'frames') || streams.length > 1) {
    return 'it compares frames with later ones';
  }
  // A GRU of TensorFlow.js resets before the product with the recurrent kernel, ours after it.
  if (cell !== 'lstm') return `no standard layer computes its cells, ${cell}`;
  if (upper) return 'its network reads segments';
  if (!READOUTS_OF_LAYERS.some((name) => name === readout))
    return `no standard layer is its readout, ${readout}`;
  if (members.length > 1) return `it averages ${members.length} networks before the temperature`;
  if (manifest.quantization) return 'its encoder computes in int8';
  return null;
}
