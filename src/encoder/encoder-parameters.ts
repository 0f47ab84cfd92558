import type { ParameterSpec } from '../tensors/tensor.js';
import { inFloat32, int8Layers, int8Maps } from './int8-layers.js';
import { kernelShape, type MobileNet, mobileNetBlocks } from './mobilenet.js';

/**
 * Every parameter: `<layer>.kernel` [outputs, inputs / groups, k, k] and `<layer>.bias` [outputs]. In int8, the
 * kernels of int8Layers are whole numbers in -127..127, to be multiplied by `<layer>.scale` [outputs], and
 * `<map>.range` [2] is the least and the greatest value that each map of int8Maps can have.
 */
export function mobileNetParameters(network: MobileNet): ParameterSpec[] {
  if (network.precision === 'int8') return int8Parameters(network);
  return mobileNetBlocks(network)
    .flatMap((block) => block.layers)
    .flatMap((layer) => [
      { name: `${layer.name}.kernel`, shape: kernelShape(layer) },
      { name: `${layer.name}.bias`, shape: [layer.outputs] },
    ]);
}

function int8Parameters(network: MobileNet): ParameterSpec[] {
  const layers = int8Layers(network);
  const kernels = new Set(layers.map(({ name }) => `${name}.kernel`));
  return [
    ...mobileNetParameters(inFloat32(network)).map(
      (spec): ParameterSpec => (kernels.has(spec.name) ? { ...spec, storage: 'int8' } : spec),
    ),
    ...layers.map(({ name, outputs }) => ({ name: `${name}.scale`, shape: [outputs] })),
    ...int8Maps(network).map((name) => ({ name: `${name}.range`, shape: [2] })),
  ];
}
