import { random } from '../random.js';
import type { Tensor, Weights } from '../tensors/tensor.js';
import { elementCount } from '../tensors/tensor.js';
import { fanIn, kernelShape, type MobileNet, mobileNetBlocks } from './mobilenet.js';

/** Initial weights of a MobileNet: kernels normal with variance 2 / fan-in (He et al. 2015), biases zero. */
export function initializeMobileNet(network: MobileNet, seed: number): Weights {
  const layers = mobileNetBlocks(network).flatMap((block) => block.layers);
  return new Map(
    layers.flatMap((layer): Array<[string, Tensor]> => {
      const shape = kernelShape(layer);
      const stream = random(seed, 'initialize', layer.name);
      const deviation = Math.sqrt(2 / fanIn(layer));
      const kernel = Float32Array.from({ length: elementCount(shape) }, () => stream.normal() * deviation);
      return [
        [`${layer.name}.kernel`, { shape, data: kernel }],
        [`${layer.name}.bias`, { shape: [layer.outputs], data: new Float32Array(layer.outputs) }],
      ];
    }),
  );
}
