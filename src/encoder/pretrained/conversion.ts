import type { Tensor, Weights } from '../../tensors/tensor.js';
import { type ConvolutionLayer, kernelShape, type MobileNet, mobileNetBlocks } from '../mobilenet.js';
import { type GraphNode, numbersOf, type PretrainedGraph, textOf } from './graph-model.js';
import { combine, inOurOrder, tensorflowKernelShape } from './kernel-order.js';

/** A pretrained classifier in our terms. */
export interface ConvertedNetwork {
  /** Every parameter of the encoder: see mobileNetParameters. */
  readonly weights: Weights;
  /** What its authors put after the embedding: kernel [features, classes], bias [classes]. */
  readonly classifier: { readonly kernel: Tensor; readonly bias: Tensor };
}

/**
 * The weights of a TensorFlow graph, found by walking it from its input to its embedding and on to its
 * classes, beside our own table of blocks. Names say nothing: what counts is which operation reads which.
 * Factors and offsets after a convolution (batch norm, in whatever pieces it was left) are folded into its
 * kernel and bias.
 *
 * @throws UserError `bad_weights` where the graph leaves the table, with the node and what was expected.
 */
export function convertGraph(graph: PretrainedGraph, network: MobileNet): ConvertedNetwork {
  const weights = new Map<string, Tensor>();
  let end = skipNormalization(graph);
  for (const block of mobileNetBlocks(network)) {
    const blockInput = end;
    for (const layer of block.layers) {
      const isLast = layer === block.layers.at(-1);
      const residual = block.residual && isLast ? blockInput : null;
      const folded = foldLayer(graph, { from: end, layer, residual });
      weights.set(`${layer.name}.kernel`, folded.kernel);
      weights.set(`${layer.name}.bias`, folded.bias);
      end = folded.end;
    }
  }
  return { weights, classifier: readClassifier(graph, end) };
}

/**
 * From the graph's one input to what the first convolution reads. The package feeds [0, 1], and an encoder's
 * frames are bytes / 127.5 - 1: the graph itself must make the one of the other, as 2 x - 1.
 */
function skipNormalization(graph: PretrainedGraph): string {
  const placeholders = graph.nodes.filter((node) => node.op === 'Placeholder');
  const [placeholder] = placeholders;
  if (!placeholder || placeholders.length > 1) {
    return graph.refuse(`it has ${placeholders.length} inputs, where one was expected`);
  }
  let [end, factor, offset] = [placeholder.name, 1, 0];
  for (;;) {
    const [node] = graph.consumersOf(end);
    const constant = node && constantOperand(graph, node, end)?.data;
    if (!node || constant?.length !== 1) break;
    if (node.op === 'Mul') [factor, offset] = [factor * constant[0]!, offset * constant[0]!];
    else if (node.op === 'Sub' && node.input[0] === end) offset -= constant[0]!;
    else if (isAddition(node)) offset += constant[0]!;
    else break;
    end = node.name;
  }
  if (factor === 2 && offset === -1) return end;
  return graph.refuse(`it makes x ${factor} + ${offset} of its input, where x 2 + -1 was expected at ${end}`);
}

/** One convolution and all that can be folded into it; `end` is the node that the next layer reads. */
function foldLayer(
  graph: PretrainedGraph,
  walk: { from: string; layer: ConvolutionLayer; residual: string | null },
): { kernel: Tensor; bias: Tensor; end: string } {
  const { layer, residual } = walk;
  const convolution = findConvolution(graph, walk.from, layer);
  const kernel = readKernel(graph, convolution, layer);
  const bias = new Float64Array(layer.outputs);
  let [end, isActivated, isAdded] = [convolution.name, false, false];
  while (!isActivated) {
    const node = nextFold(graph, end, residual);
    if (!node) break;
    if (node.op === 'Relu6') isActivated = true;
    else if (residual !== null && node.input.includes(residual)) isAdded = true;
    else {
      const constant = channelConstant(graph, node, { operand: end, channels: layer.outputs });
      if (isAddition(node)) combine(bias, constant, (value, offset) => value + offset);
      else if (isAdded) graph.refuse(`${node.name} multiplies a sum, where an offset was expected at most`);
      else for (const values of [kernel, bias]) combine(values, constant, (value, factor) => value * factor);
    }
    end = node.name;
  }
  if (isActivated !== (layer.activation === 'relu6') || isAdded !== (residual !== null)) {
    const expected = [residual ? "an addition of the block's input" : '', layer.activation].filter(Boolean);
    graph.refuse(`${layer.name} ends at ${end}, where ${expected.join(' and ')} was expected`);
  }
  return {
    kernel: { shape: kernelShape(layer), data: Float32Array.from(kernel) },
    bias: { shape: [layer.outputs], data: Float32Array.from(bias) },
    end,
  };
}

/** The node after `end` that still belongs to its layer, if there is one. */
function nextFold(graph: PretrainedGraph, end: string, residual: string | null): GraphNode | undefined {
  return graph
    .consumersOf(end)
    .find(
      (node) =>
        node.op === 'Relu6' ||
        (isAddition(node) && residual !== null && node.input.includes(residual)) ||
        ((isAddition(node) || node.op === 'Mul') && constantOperand(graph, node, end)),
    );
}

function findConvolution(graph: PretrainedGraph, from: string, layer: ConvolutionLayer): GraphNode {
  const op = layer.kind === 'depthwise' ? 'DepthwiseConv2dNative' : 'Conv2D';
  const node = graph.consumersOf(from).find((consumer) => consumer.op === op);
  if (!node) {
    const found = graph.consumersOf(from).map((consumer) => `${consumer.op} ${consumer.name}`);
    return graph.refuse(`${from} is read by ${found.join(', ') || 'nothing'}, where ${op} was expected`);
  }
  const expect = (attribute: string, found: string | undefined, expected: readonly string[]) => {
    if (found === undefined || expected.includes(found)) return;
    graph.refuse(`${node.name} has ${attribute} ${found}, where ${expected.join(' or ')} was expected`);
  };
  expect('strides', numbersOf(node, 'strides')?.join(), [`1,${layer.stride},${layer.stride},1`]);
  expect('dilations', numbersOf(node, 'dilations')?.join(), ['1,1,1,1']);
  // Without SAME's zeros there is no difference.
  expect('padding', textOf(node, 'padding'), layer.kernelSize === 1 ? ['SAME', 'VALID'] : ['SAME']);
  expect('data_format', textOf(node, 'data_format'), ['NHWC']);
  return node;
}

/** A convolution's kernel as float64 in our order. */
function readKernel(graph: PretrainedGraph, node: GraphNode, layer: ConvolutionLayer): Float64Array {
  const constant = graph.constant(node.input[1] ?? '');
  const expected = tensorflowKernelShape(layer);
  if (constant?.shape.join() === expected.join()) return inOurOrder(constant, layer);
  const found = constant ? `[${constant.shape}]` : 'no constant';
  return graph.refuse(`${node.name} has ${found} as its kernel, where [${expected}] was expected`);
}

/** After the last feature map: its mean over the whole, a 1x1 convolution to the classes, their bias. */
function readClassifier(graph: PretrainedGraph, end: string): ConvertedNetwork['classifier'] {
  const follow = (from: string, ...ops: string[]): GraphNode => {
    const node = graph.consumersOf(from).find((consumer) => ops.includes(consumer.op));
    return node ?? graph.refuse(`${from} is not read by ${ops.join(' or ')}, which was expected`);
  };
  const embedding = follow(end, 'Mean', 'AvgPool');
  const convolution = follow(embedding.name, 'Conv2D');
  const addition = follow(convolution.name, 'BiasAdd', 'Add', 'AddV2');
  const kernel = graph.constant(convolution.input[1] ?? '');
  const [height, width, features, classes] = kernel?.shape ?? [];
  if (!kernel || height !== 1 || width !== 1 || features === undefined || classes === undefined) {
    return graph.refuse(`${convolution.name} has no kernel [1, 1, features, classes], which was expected`);
  }
  const bias = channelConstant(graph, addition, { operand: convolution.name, channels: classes });
  return {
    kernel: { shape: [features, classes], data: kernel.data },
    bias: { shape: [classes], data: bias },
  };
}

const isAddition = ({ op }: GraphNode): boolean => ['Add', 'AddV2', 'AddN', 'BiasAdd'].includes(op);

/** The constant that an operation of two operands joins to the other one. */
function constantOperand(graph: PretrainedGraph, node: GraphNode, operand: string): Tensor | undefined {
  const other = node.input.find((name) => name !== operand);
  return node.input.length === 2 && other !== undefined ? graph.constant(other) : undefined;
}

/** As constantOperand, one value for each channel. */
function channelConstant(
  graph: PretrainedGraph,
  node: GraphNode,
  options: { operand: string; channels: number },
): Float32Array {
  const data = constantOperand(graph, node, options.operand)?.data;
  if (data?.length === options.channels) return data;
  if (data?.length === 1) return new Float32Array(options.channels).fill(data[0]!);
  const found = data ? `${data.length} values` : 'no constant';
  return graph.refuse(
    `${node.name} has ${found}, where one for each of ${options.channels} channels was expected`,
  );
}
