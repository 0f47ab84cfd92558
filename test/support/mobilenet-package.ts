import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { load } from '@tensorflow-models/mobilenet';
import '@tensorflow/tfjs-backend-wasm';
import type { Photo } from './photos.js';

/** What @tensorflow-models/mobilenet says of a photo. */
export interface PackageResult {
  /** infer(photo, true). */
  readonly embedding: Float32Array;
  /** infer(photo): the logits of ImageNet's 1000 classes. */
  readonly logits: Float32Array;
}

/** Runs the package itself, on the wasm backend, over a graph model in a folder. */
export async function packageResults(
  folder: string,
  options: { version: 1 | 2; photos: readonly Photo[] },
): Promise<PackageResult[]> {
  const before = tf.getBackend();
  await tf.setBackend('wasm');
  const model = JSON.parse(await readFile(join(folder, 'model.json'), 'utf8'));
  const paths: string[] = model.weightsManifest.flatMap((group: { paths: string[] }) => group.paths);
  const files = await Promise.all(paths.map((path) => readFile(join(folder, path))));
  const artifacts = {
    ...model,
    weightSpecs: model.weightsManifest.flatMap((group: { weights: unknown[] }) => group.weights),
    weightData: new Uint8Array(Buffer.concat(files)).buffer,
  };
  const network = await load({
    version: options.version,
    modelUrl: tf.io.fromMemory(artifacts),
    inputRange: [0, 1],
  });
  const results = options.photos.map(({ pixels }) =>
    tf.tidy(() => {
      const image = tf.tensor3d(pixels, [224, 224, 3], 'int32');
      // dataSync of a float32 tensor is a Float32Array; the package declares only Tensor.
      const values = (embedding: boolean) => network.infer(image, embedding).dataSync() as Float32Array;
      return { embedding: values(true).slice(), logits: values(false).slice() };
    }),
  );
  // The process has one backend, which an engine may be using.
  if (before) await tf.setBackend(before);
  return results;
}
