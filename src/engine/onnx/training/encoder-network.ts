import {
  type Block,
  type ConvolutionLayer,
  fanIn,
  type MobileNet,
  mobileNetBlocks,
} from '../../../encoder/mobilenet.js';
import { normalize, pool } from '../encoder-graph.js';
import type { Value } from '../graph.js';
import { depthwise, fromBlocks, pointwise, windows } from '../ops/blocked.js';
import { add } from '../ops/elementwise.js';
import { reshape } from '../ops/shape.js';

/**
 * The encoder made of differentiable ops: frames uint8 [N, size, size, 3], N known -> features float32 [N,
 * featureCount].
 *
 * @param weight The encoder's parameters by name.
 * @param block See ops/blocked.ts.
 */
export function encoderFeatures(
  frames: Value,
  network: MobileNet,
  { weight, block }: { weight: (name: string) => Value; block: number },
): Value {
  const blocks = mobileNetBlocks(network);
  const run = (x: Value, layer: ConvolutionLayer) => convolutionLayer(x, layer, { weight, block });
  const last = blocks.reduce((x: Value, { layers, residual }: Block) => {
    const y = layers.reduce(run, x);
    return residual ? add(x, y) : y;
  }, normalize(frames));
  const channels = blocks.at(-1)!.layers.at(-1)!.outputs;
  return pool(fromBlocks(last, channels, block), network);
}

function convolutionLayer(
  x: Value,
  layer: ConvolutionLayer,
  { weight, block }: { weight: (name: string) => Value; block: number },
): Value {
  const { kind, name, stride, padding, activation, outputs } = layer;
  const kernel = weight(`${name}.kernel`);
  const shared = { bias: weight(`${name}.bias`), activation };
  const matrix = () => reshape(kernel, [outputs, fanIn(layer)]);
  switch (kind) {
    case 'full':
      return pointwise(windows(x, { stride, padding }, block), { ...shared, kernel: matrix() }, block);
    case 'depthwise':
      return depthwise(x, { ...shared, kernel, stride, padding }, block);
    case 'pointwise':
      return pointwise(x, { ...shared, kernel: matrix() }, block);
  }
}
