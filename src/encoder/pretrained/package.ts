import type { io } from '@tensorflow/tfjs-core';
import { messageOf, UserError } from '../../errors.js';
import type { Tensor } from '../../tensors/tensor.js';
import { type PretrainedGraph, pretrainedGraph } from './graph-model.js';
import type { ModelFiles } from './model-files.js';

/**
 * Loads a graph model with @tensorflow-models/mobilenet, which also runs it once, and gives its graph with
 * weights dequantised to float32. No tensor of TensorFlow.js outlives the call.
 *
 * @throws UserError `bad_weights` when the package cannot load it.
 */
export function loadThroughPackage(files: ModelFiles, version: 1 | 2): Promise<PretrainedGraph> {
  return inTensorflowJs(files, async (tfjs, artifacts) => {
    await loadAndRun(tfjs, artifacts, version);
    const constants = readValues(tfjs, artifacts);
    return pretrainedGraph(files.model.modelTopology, { constants, origin: files.origin });
  });
}

/**
 * The weights of a layers model by name, such as `conv1/kernel`, dequantised to float32.
 * @throws UserError `bad_weights` when TensorFlow.js cannot decode them.
 */
export function decodeLayers(files: ModelFiles): Promise<Map<string, Tensor>> {
  return inTensorflowJs(files, async (tfjs, artifacts) => readValues(tfjs, artifacts));
}

type TensorflowJs = typeof import('@tensorflow/tfjs-core');

async function inTensorflowJs<T>(
  { origin, model, weightFiles }: ModelFiles,
  work: (tfjs: TensorflowJs, artifacts: io.ModelArtifacts) => Promise<T>,
): Promise<T> {
  const tfjs = await startTensorflowJs();
  const { modelTopology, ...rest } = model;
  const artifacts: io.ModelArtifacts = {
    ...rest,
    ...(modelTopology && { modelTopology }),
    // Their data types and quantisation are TensorFlow.js's to check as it decodes them.
    weightSpecs: model.weightsManifest.flatMap((group) => group.weights) as io.WeightsManifestEntry[],
    // In one piece: given several, TensorFlow.js 4.22 misreads those whose last is larger than the first.
    weightData: new Uint8Array(Buffer.concat(weightFiles)).buffer,
  };
  try {
    return await work(tfjs, artifacts);
  } catch (cause) {
    if (cause instanceof UserError) throw cause;
    throw new UserError('bad_weights', {
      problem: `The model ${origin} does not load in TensorFlow.js: ${messageOf(cause)}`,
      fix: 'Get its files again; one may have been cut short or changed.',
      cause,
    });
  }
}

/** On the backend that the process already uses, else on the plain JavaScript one, which is always there. */
async function startTensorflowJs(): Promise<TensorflowJs> {
  const tfjs = await import('@tensorflow/tfjs-core');
  // Keeps it from advertising tfjs-node on stderr.
  tfjs.enableProdMode();
  await import('@tensorflow/tfjs-backend-cpu');
  await tfjs.ready();
  return tfjs;
}

async function loadAndRun(tfjs: TensorflowJs, artifacts: io.ModelArtifacts, version: 1 | 2): Promise<void> {
  const { load } = await import('@tensorflow-models/mobilenet');
  const loaded = await load({ version, modelUrl: tfjs.io.fromMemory(artifacts), inputRange: [0, 1] });
  // The package has no way to release its tensors, and its type hides the graph model, which has.
  (loaded as unknown as { model: { dispose(): void } }).model.dispose();
}

function readValues(tfjs: TensorflowJs, artifacts: io.ModelArtifacts): Map<string, Tensor> {
  const tensors = tfjs.io.decodeWeights(artifacts.weightData!, artifacts.weightSpecs!);
  return new Map(
    Object.entries(tensors).map(([name, tensor]) => {
      const data = Float32Array.from(tensor.dataSync());
      tensor.dispose();
      return [name, { shape: tensor.shape, data }];
    }),
  );
}
