import { createHash } from 'node:crypto';
import { type ImagenetClassifier, loadImagenet } from '../encoder/pretrained/imagenet-classifier.js';
import { checkPipeline } from '../pipeline/schema.js';
import { clipstepVersion } from '../platform/version.js';
import { encodeSafetensors } from '../tensors/safetensors.js';
import type { Weights } from '../tensors/tensor.js';
import { BUNDLE_SCHEMA_VERSION, type Manifest, WEIGHTS_FILE } from './manifest.js';

/**
 * A pretrained MobileNet as a model: what ImageNet's 1000 classes are, it says of each frame by itself, and of a clip by
 * the mean of its frames' probabilities.
 *
 * @param weights `hub`, or the folder of a TensorFlow.js model.
 * @throws UserError as loadPretrained.
 */
export async function imagenetModel(
  weights: string,
  onReceived?: (bytes: number) => void,
): Promise<{ manifest: Manifest; members: readonly Weights[] }> {
  const classifier = await loadImagenet(weights, onReceived);
  const member: Weights = new Map([
    ...classifier.weights,
    ['head.kernel', classifier.kernel],
    ['head.bias', classifier.bias],
  ]);
  return { manifest: manifestOf(classifier, encodeSafetensors(member)), members: [member] };
}

function manifestOf(
  { architecture, alpha, labels, source }: ImagenetClassifier,
  bytes: Uint8Array,
): Manifest {
  const pipeline = {
    name: 'imagenet',
    description: `Says what things frames show, out of ImageNet's 1000 classes; ${architecture} ${alpha}, from ${source}.`,
    input: {
      kind: 'frames',
      sampling: { kind: 'uniform', frames: 16 },
      preprocessing: { size: 224, fit: 'resize', kernel: 'linear' },
      encoder: { architecture, alpha, weights: source },
    },
    recurrent: { cell: 'lstm', units: 1, layers: 0, readout: 'mean' },
    // It was trained elsewhere, but a pipeline says how.
    training: { train: 'recurrent', epochs: 1, batchSize: 1, learningRate: 0.001 },
  };
  return {
    schemaVersion: BUNDLE_SCHEMA_VERSION,
    pipeline: checkPipeline(pipeline, 'imagenet'),
    labels: [...labels],
    test: null,
    members: 1,
    temperature: 1,
    minProbability: 0,
    eachFrame: true,
    seed: 1,
    engine: 'none',
    versions: { clipstep: clipstepVersion() },
    weights: {
      file: WEIGHTS_FILE,
      bytes: bytes.byteLength,
      sha256: createHash('sha256').update(bytes).digest('hex'),
    },
  };
}
