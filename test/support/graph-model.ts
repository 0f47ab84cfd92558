import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { initializeMobileNet } from '../../src/encoder/initialize-encoder.js';
import {
  type ConvolutionLayer,
  featureCount,
  kernelShape,
  type MobileNet,
  mobileNetBlocks,
} from '../../src/encoder/mobilenet.js';
import { requireTensor, type Tensor, type Weights } from '../../src/tensors/tensor.js';

export interface GraphModelJson {
  format: string;
  modelTopology: { node: GraphModelNode[]; versions: { producer: number } };
  weightsManifest: Array<{
    paths: string[];
    weights: Array<{ name: string; shape: readonly number[]; dtype: string }>;
  }>;
}

export interface GraphModelNode {
  name: string;
  op: string;
  input: string[];
  attr: Record<string, unknown>;
}

export interface GraphModel {
  /** model.json; a test may change it, to have one that is not as it should be. */
  readonly model: GraphModelJson;
  readonly constants: ReadonlyMap<string, Tensor>;
  /** What the files of weights hold together. */
  readonly bytes: Uint8Array;
}

/** A MobileNet classifier, random but for no bias being zero. */
export interface Content {
  readonly network: MobileNet;
  readonly weights: Weights;
  readonly classifier: { readonly kernel: Tensor; readonly bias: Tensor };
}

export function randomContent(architecture: MobileNet['architecture'], alpha: number, classes = 5): Content {
  const network: MobileNet = { architecture, alpha, inputSize: 224, pooling: { kind: 'global' } };
  const features = featureCount(network);
  const counting = (length: number) => Float32Array.from({ length }, (_, index) => 0.5 - index / length);
  const weights = [...initializeMobileNet(network, 1)].map(([name, { shape, data }]): [string, Tensor] => [
    name,
    { shape, data: name.endsWith('.bias') ? counting(data.length) : data },
  ]);
  const classifier = {
    kernel: { shape: [features, classes], data: counting(features * classes) },
    bias: { shape: [classes], data: counting(classes) },
  };
  return { network, weights: new Map(weights), classifier };
}

/**
 * A classifier as a TensorFlow.js graph model, in the pieces in which the hub's lie: factors after depthwise
 * convolutions, offsets after all, residuals added before the offset. Names are numbers, and the nodes'
 * order is reversed, so that only the graph's edges tell what is what.
 */
export function buildGraphModel({ network, weights, classifier }: Content): GraphModel {
  const graph = new GraphWriter();
  const size = { size: String(network.inputSize) };
  const shape = { shape: { dim: [{ size: '-1' }, size, size, { size: '3' }] } };
  let end = graph.node('Placeholder', [], { dtype: { type: 'DT_FLOAT' }, shape });
  end = graph.node('Mul', [end, graph.constant([], [2])]);
  end = graph.node('Sub', [end, graph.constant([], [1])]);
  for (const block of mobileNetBlocks(network)) {
    const blockInput = end;
    for (const layer of block.layers) {
      const residual = block.residual && layer === block.layers.at(-1) ? blockInput : null;
      end = graph.layer(layer, { input: end, residual, weights });
    }
  }
  const axes = graph.constant([2], [1, 2], 'int32');
  end = graph.node('Mean', [end, axes], { keep_dims: { b: true }, Tidx: { type: 'DT_INT32' } });
  const kernel = graph.constant([1, 1, ...classifier.kernel.shape], classifier.kernel.data);
  end = graph.node('Conv2D', [end, kernel], convolutionAttributes(1));
  end = graph.node('BiasAdd', [end, graph.constant(classifier.bias.shape, classifier.bias.data)]);
  graph.node('Squeeze', [end], { squeeze_dims: { list: { i: ['1', '2'] } } });
  return graph.build();
}

/** Writes it as a folder, its weights in two files that part in the middle of a tensor. */
export async function writeGraphModel(folder: string, { model, bytes }: GraphModel): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'model.json'), JSON.stringify(model));
  await writeFile(join(folder, 'first.bin'), bytes.subarray(0, 1001));
  await writeFile(join(folder, 'second.bin'), bytes.subarray(1001));
}

const convolutionAttributes = (stride: number) => ({
  strides: { list: { i: ['1', String(stride), String(stride), '1'] } },
  padding: { s: Buffer.from('SAME').toString('base64') },
  data_format: { s: Buffer.from('NHWC').toString('base64') },
  dilations: { list: { i: ['1', '1', '1', '1'] } },
});

class GraphWriter {
  readonly #nodes: GraphModelNode[] = [];
  readonly #weights: GraphModelJson['weightsManifest'][number]['weights'] = [];
  readonly #constants = new Map<string, Tensor>();
  readonly #bytes: Uint8Array[] = [];

  node(op: string, input: string[], attr: Record<string, unknown> = {}): string {
    const name = String(this.#nodes.length);
    this.#nodes.push({ name, op, input, attr: { T: { type: 'DT_FLOAT' }, ...attr } });
    return name;
  }

  constant(
    shape: readonly number[],
    values: ArrayLike<number>,
    dtype: 'float32' | 'int32' = 'float32',
  ): string {
    const type = dtype === 'float32' ? 'DT_FLOAT' : 'DT_INT32';
    const name = this.node('Const', [], { dtype: { type } });
    const data = dtype === 'float32' ? Float32Array.from(values) : Int32Array.from(values);
    this.#weights.push({ name, shape, dtype });
    this.#constants.set(name, { shape, data: Float32Array.from(values) });
    this.#bytes.push(new Uint8Array(data.buffer));
    return name;
  }

  layer(
    layer: ConvolutionLayer,
    options: { input: string; residual: string | null; weights: Weights },
  ): string {
    const isDepthwise = layer.kind === 'depthwise';
    const kernel = requireTensor(options.weights, `${layer.name}.kernel`).data;
    const bias = requireTensor(options.weights, `${layer.name}.bias`).data;
    const factor = isDepthwise ? 4 : 1;
    const [outputs, inputs, height, width] = kernelShape(layer);
    const values: number[] = [];
    for (let place = 0; place < height * width; place++) {
      for (let input = 0; input < inputs; input++) {
        for (let output = 0; output < outputs; output++) {
          values.push(kernel[(output * inputs + input) * height * width + place]! / factor);
        }
      }
    }
    const shape = isDepthwise ? [height, width, outputs, 1] : [height, width, inputs, outputs];
    const op = isDepthwise ? 'DepthwiseConv2dNative' : 'Conv2D';
    let end = this.node(
      op,
      [options.input, this.constant(shape, values)],
      convolutionAttributes(layer.stride),
    );
    if (isDepthwise) {
      end = this.node('Mul', [
        end,
        this.constant(
          [outputs],
          Array.from({ length: outputs }, () => factor),
        ),
      ]);
    }
    if (options.residual) end = this.node('AddN', [end, options.residual], { N: { i: '2' } });
    end = this.node('Add', [this.constant([outputs], bias), end]);
    return layer.activation === 'relu6' ? this.node('Relu6', [end]) : end;
  }

  build(): GraphModel {
    const model = {
      format: 'graph-model',
      modelTopology: { node: this.#nodes.toReversed(), versions: { producer: 1 } },
      weightsManifest: [{ paths: ['first.bin', 'second.bin'], weights: this.#weights }],
    };
    return { model, constants: this.#constants, bytes: Buffer.concat(this.#bytes) };
  }
}
