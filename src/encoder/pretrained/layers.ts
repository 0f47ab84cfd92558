import { UserError } from '../../errors.js';
import { requireTensor, type Tensor, type Weights } from '../../tensors/tensor.js';
import { type ConvolutionLayer, kernelShape, type MobileNet, mobileNetBlocks } from '../mobilenet.js';
import type { ConvertedNetwork } from './conversion.js';
import { combine, inOurOrder, tensorflowKernelShape } from './kernel-order.js';

/** Of Keras's MobileNet; see `BatchNormalization(epsilon=...)` in keras.applications. */
const BATCH_NORM_EPSILON = 0.001;

/**
 * The weights of a MobileNet v1 as Keras names its layers: `conv1`, `conv_dw_1`, `conv_pw_1` and so on, each with
 * a batch norm of its own that is folded into its kernel and bias, and `conv_preds`. Inputs are in [-1, 1] there, as
 * ours are.
 *
 * @param options.values Values of the weights by name, such as `conv1/kernel`.
 * @param options.origin The folder or address that they came from, for errors.
 * @throws UserError `bad_weights` for another architecture or alpha, naming the weight that does not fit.
 */
export function convertLayers(
  network: MobileNet,
  { values, origin }: { values: ReadonlyMap<string, Tensor>; origin: string },
): ConvertedNetwork {
  const read: WeightReader = (name, shape) => {
    const found = values.get(name);
    if (found && shape.every((size, axis) => size === null || size === found.shape[axis])) return found;
    const what = found ? `has ${name} of shape [${found.shape}]` : `has no ${name}`;
    throw misfit(origin, `it ${what}, where [${shape.map((size) => size ?? 'any')}] was expected`);
  };
  if (network.architecture !== 'mobilenet-v1') {
    throw misfit(origin, `layers models are read of mobilenet-v1, not of ${network.architecture}`);
  }
  const weights = new Map<string, Tensor>();
  for (const layer of mobileNetBlocks(network).flatMap((block) => block.layers))
    foldInto(weights, layer, read);
  return { weights, classifier: readClassifier(weights, network, read) };
}

/** Gives a weight. Refuses one that is absent or of another shape, in which null stands for any size. */
type WeightReader = (name: string, shape: ReadonlyArray<number | null>) => Tensor;

/** A layer's kernel and bias, with its batch norm: gamma (x - mean) / sqrt(variance + epsilon) + beta. */
function foldInto(weights: Map<string, Tensor>, layer: ConvolutionLayer, read: WeightReader): void {
  const name = kerasName(layer);
  const kernelName = layer.kind === 'depthwise' ? 'depthwise_kernel' : 'kernel';
  const kernel = inOurOrder(read(`${name}/${kernelName}`, tensorflowKernelShape(layer)), layer);
  const norm = (part: string) => read(`${name}_bn/${part}`, [layer.outputs]).data;
  const [gamma, beta, mean, variance] = ['gamma', 'beta', 'moving_mean', 'moving_variance'].map(norm);
  const factors = Array.from(gamma!, (value, i) => value / Math.sqrt(variance![i]! + BATCH_NORM_EPSILON));
  combine(kernel, factors, (value, factor) => value * factor);
  const shape = kernelShape(layer);
  weights.set(`${layer.name}.kernel`, { shape, data: Float32Array.from(kernel) });
  weights.set(`${layer.name}.bias`, {
    shape: [layer.outputs],
    data: Float32Array.from(beta!, (value, i) => value - mean![i]! * factors[i]!),
  });
}

/** `stem` is `conv1` there, `block3.depthwise` is `conv_dw_3`. */
function kerasName({ name, kind }: ConvolutionLayer): string {
  const [, block] = /^block(\d+)\./.exec(name) ?? [];
  if (block === undefined) return 'conv1';
  return `${kind === 'depthwise' ? 'conv_dw' : 'conv_pw'}_${block}`;
}

function readClassifier(
  weights: Weights,
  network: MobileNet,
  read: WeightReader,
): ConvertedNetwork['classifier'] {
  const last = mobileNetBlocks(network).at(-1)!.layers.at(-1)!;
  const features = requireTensor(weights, `${last.name}.bias`).data.length;
  const kernel = read('conv_preds/kernel', [1, 1, features, null]);
  const classes = kernel.shape[3]!;
  const bias = read('conv_preds/bias', [classes]);
  return { kernel: { shape: [features, classes], data: kernel.data }, bias };
}

function misfit(origin: string, found: string): UserError {
  return new UserError('bad_weights', {
    problem: `The layers model ${origin} cannot be converted: ${found}.`,
    fix: 'Give a MobileNet of the architecture and alpha that the pipeline names.',
  });
}
