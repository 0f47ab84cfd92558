import { elementCount, type ParameterSpec, type Tensor, type Weights } from '../tensors/tensor.js';
import { kernelShape, type MobileNet, mobileNetBlocks } from './mobilenet.js';

/**
 * What is trained of each convolution beside its bias: its kernel, or only a scale of each of its output channels. Scale
 * and shift are what batch norm learns, and all that it leaves when it is folded into kernel and bias.
 */
export const TRAINED_PARTS = ['weights', 'scales'] as const;

export type TrainedPart = (typeof TRAINED_PARTS)[number];

/**
 * Those of the blocks from `fromBlock` on: `<layer>.kernel` and `<layer>.bias`, or `<layer>.scale` [outputs] in place of
 * the kernel, which is then its first value times the scale.
 */
export function trainedEncoderParameters(
  network: MobileNet,
  { fromBlock, trains = 'weights' }: { fromBlock: number; trains?: TrainedPart | undefined },
): ParameterSpec[] {
  const layers = mobileNetBlocks(network)
    .slice(fromBlock)
    .flatMap((block) => block.layers);
  return layers.flatMap((layer) => {
    const kernel = { name: `${layer.name}.kernel`, shape: kernelShape(layer) };
    const scale = { name: scaleOf(kernel.name), shape: [layer.outputs] };
    return [trains === 'scales' ? scale : kernel, { name: `${layer.name}.bias`, shape: [layer.outputs] }];
  });
}

/** Name of the scale that is trained in place of a kernel. */
export const scaleOf = (kernel: string): string => kernel.replace(/kernel$/, 'scale');

/** The weights with scales of 1 for those that are among the parameters. */
export function withFirstScales(parameters: readonly ParameterSpec[], weights: Weights): Weights {
  const scales = parameters.filter(({ name }) => name.endsWith('.scale'));
  const ones = scales.map(({ name, shape }): [string, Tensor] => [
    name,
    { shape, data: new Float32Array(elementCount(shape)).fill(1) },
  ]);
  return new Map([...weights, ...ones]);
}

/** The kernels times their scales, and no scales: the network as it is described. */
export function foldScales(weights: Weights): Weights {
  const folded = new Map(weights);
  for (const [name, tensor] of weights) {
    const scales = name.endsWith('.kernel') && weights.get(scaleOf(name));
    if (!scales) continue;
    folded.set(name, scaledBy(tensor, scales.data));
    folded.delete(scaleOf(name));
  }
  return folded;
}

function scaledBy({ shape, data }: Tensor, scales: Float32Array): Tensor {
  const perChannel = data.length / scales.length;
  return { shape, data: data.map((value, index) => value * scales[Math.floor(index / perChannel)]!) };
}
