import { resolve } from 'node:path';
import { UserError } from '../../errors.js';
import type { Tensor, Weights } from '../../tensors/tensor.js';
import type { MobileNet } from '../mobilenet.js';
import { loadPretrained, type PretrainedRequest } from './load-pretrained.js';
import { type ModelFiles, readModelFolder } from './model-files.js';

/** A MobileNet with the classes that it was trained on. */
export interface ImagenetClassifier extends Pick<MobileNet, 'architecture' | 'alpha'> {
  /** Of the encoder: see mobileNetParameters. */
  readonly weights: Weights;
  /** [features, 1000] and [1000]. */
  readonly kernel: Tensor;
  readonly bias: Tensor;
  /** Names of ImageNet's classes, as @tensorflow-models/mobilenet has them. */
  readonly labels: readonly string[];
  readonly source: string;
}

/** The best of those that lie at an address that has stood for years: 70.9 % of ImageNet (Howard et al. 2017, table 4). */
const PUBLISHED = { architecture: 'mobilenet-v1', alpha: 1 } as const;

const CLASSES = 1000;

/**
 * @param weights `hub`, or the folder of a TensorFlow.js model of any MobileNet that was published.
 * @throws UserError as loadPretrained; `bad_weights` for one of other classes.
 */
export async function loadImagenet(
  weights: string,
  onReceived?: PretrainedRequest['onReceived'],
): Promise<ImagenetClassifier> {
  const network = weights === 'hub' ? PUBLISHED : networkOf(await readModelFolder(resolve(weights)));
  const { classifier, source, weights: encoder } = await loadPretrained({ ...network, weights, onReceived });
  const { IMAGENET_CLASSES } = await import('@tensorflow-models/mobilenet/dist/imagenet_classes.js');
  return {
    ...network,
    weights: encoder,
    ...withoutBackground(classifier, source),
    labels: Array.from({ length: CLASSES }, (_, index) => IMAGENET_CLASSES[index]!),
    source,
  };
}

/** Which MobileNet a model is, by the shapes of its classifier, [1, 1, features, classes], and of its first kernel. */
function networkOf({ model, origin }: ModelFiles): Pick<MobileNet, 'architecture' | 'alpha'> {
  const shapes = model.weightsManifest.flatMap(({ weights }) => weights.map(({ shape }) => shape));
  const features = shapes.find(
    ([height, width, , classes]) => height === 1 && width === 1 && isImagenet(classes),
  )?.[2];
  const stem = shapes.find(([height, width, inputs]) => height === 3 && width === 3 && inputs === 3)?.[3];
  if (features === undefined || stem === undefined)
    throw otherClasses(origin, 'no classifier of 1000 classes');
  // The width of v2's embedding goes by alpha above 1 alone.
  return features === 1280
    ? { architecture: 'mobilenet-v2', alpha: stem / 32 }
    : { architecture: 'mobilenet-v1', alpha: features / 1024 };
}

/** ImageNet's, or these with the background before them. */
const isImagenet = (classes: number | undefined) => classes === CLASSES || classes === CLASSES + 1;

function withoutBackground(
  { kernel, bias }: { kernel: Tensor; bias: Tensor },
  source: string,
): { kernel: Tensor; bias: Tensor } {
  const [features = 0, classes = 0] = kernel.shape;
  if (!isImagenet(classes)) throw otherClasses(source, `${classes} classes`);
  const first = classes - CLASSES;
  const data = new Float32Array(features * CLASSES);
  for (let row = 0; row < features; row++) {
    data.set(kernel.data.subarray(row * classes + first, (row + 1) * classes), row * CLASSES);
  }
  return {
    kernel: { shape: [features, CLASSES], data },
    bias: { shape: [CLASSES], data: bias.data.slice(first) },
  };
}

function otherClasses(source: string, found: string): UserError {
  return new UserError('bad_weights', {
    problem: `The model ${source} has ${found}, where the 1000 of ImageNet were expected.`,
    fix: 'Give the folder of a MobileNet classifier as it was published.',
  });
}
