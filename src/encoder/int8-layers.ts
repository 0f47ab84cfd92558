import { type ConvolutionLayer, type MobileNet, mobileNetBlocks } from './mobilenet.js';

/** The stem and the two blocks after it: 12 % of the multiplications of v1, 17 % of those of v2. */
const FLOAT32_BLOCKS = 3;

/**
 * The layers that compute in int8 where the network does: all but those of the first FLOAT32_BLOCKS. 256 levels for
 * all channels of a map lose most in the first ones, where channels differ as edges and colours do, and what is lost
 * there goes through all that follows.
 */
export function int8Layers(network: MobileNet): ConvolutionLayer[] {
  return mobileNetBlocks(network)
    .slice(FLOAT32_BLOCKS)
    .flatMap((block) => block.layers);
}

/**
 * The maps that are in bytes where the network is in int8: those that int8Layers read, and the last one where ReLU6
 * gives it.
 */
export function int8Maps(network: MobileNet): string[] {
  const layers = int8Layers(network);
  const reads = mapsRead(network);
  const inBytes = new Set(layers.map(({ name }) => reads.get(name)!));
  for (const { name, activation } of layers) if (activation === 'relu6') inBytes.add(name);
  return featureMaps(network).filter((name) => inBytes.has(name));
}

/** The same network, all of it in float32. */
export function inFloat32({ precision, ...network }: MobileNet): MobileNet {
  return network;
}

/** Names of the maps between convolutions: every layer's output, and `<block>.sum` of residual blocks. */
function featureMaps(network: MobileNet): string[] {
  return mobileNetBlocks(network).flatMap((block, index) => [
    ...block.layers.map(({ name }) => name),
    ...(block.residual ? [sumName(index)] : []),
  ]);
}

/** The map that each layer after the stem reads, by the layer's name. */
export function mapsRead(network: MobileNet): Map<string, string> {
  const reads = new Map<string, string>();
  let last = '';
  for (const [index, block] of mobileNetBlocks(network).entries()) {
    for (const { name } of block.layers) {
      if (last) reads.set(name, last);
      last = name;
    }
    if (block.residual) last = sumName(index);
  }
  return reads;
}

/** The map that a residual block gives. */
export const sumName = (block: number): string => `block${block}.sum`;
