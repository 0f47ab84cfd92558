import type { layers as Layers, LayersModel, SymbolicTensor } from '@tensorflow/tfjs-layers';
import {
  type ConvolutionLayer,
  featureCount,
  featureMapSide,
  type MobileNet,
  mobileNetBlocks,
  poolingMatrix,
} from '../encoder/mobilenet.js';
import { cellName, directionsOf, type RecurrentNetwork } from '../network/recurrent.js';
import { HEAD } from '../network/recurrent-parameters.js';
import { requireTensor, type Tensor, transpose, type Weights } from '../tensors/tensor.js';

export type TfjsLayers = typeof import('@tensorflow/tfjs-layers');

/** A model of one network that reads the frames themselves. */
export interface FramesModel {
  readonly encoder: MobileNet;
  /** Of LSTM cells, with a readout of READOUTS_OF_LAYERS. */
  readonly recurrent: RecurrentNetwork;
  readonly weights: Weights;
  readonly temperature: number;
}

/** Readouts that are standard layers. */
export const READOUTS_OF_LAYERS = ['last', 'mean'] as const;

/** A layer's weights in the order in which it has them. */
type LayerWeights = ReadonlyMap<string, readonly Tensor[]>;

/**
 * The same network in standard layers of TensorFlow.js: float32 [batch, frames, size, size, 3], the values of bytes, to
 * probabilities [batch, classes].
 *
 * @returns the model, and the weights of its layers by their names, which it does not have yet.
 */
export function layersModel(
  tf: TfjsLayers,
  model: FramesModel,
): { model: LayersModel; weights: LayerWeights } {
  const { encoder, recurrent } = model;
  const weights = new Map<string, readonly Tensor[]>();
  const size = encoder.inputSize;
  const frames = tf.input({ shape: [null, size, size, 3], name: 'frames' });
  const encode = tf.layers.timeDistributed({ layer: encoderModel(tf, model, weights), name: 'encode' });
  const sequence = sequenceLayers(tf.layers, model, weights).reduce(
    (x, layer) => layer.apply(x) as SymbolicTensor,
    encode.apply(frames) as SymbolicTensor,
  );
  const head = tf.layers.dense({ units: recurrent.classes, activation: 'softmax', name: HEAD });
  weights.set(HEAD, headWeights(model));
  const probabilities = head.apply(sequence) as SymbolicTensor;
  return { model: tf.model({ inputs: frames, outputs: probabilities, name: 'clipstep' }), weights };
}

type Own = Map<string, readonly Tensor[]>;

function encoderModel(tf: TfjsLayers, { encoder, weights }: FramesModel, own: Own): LayersModel {
  const size = encoder.inputSize;
  const pictures = tf.input({ shape: [size, size, 3], name: 'picture' });
  const apply = (layer: Layers.Layer, x: SymbolicTensor | SymbolicTensor[]) =>
    layer.apply(x) as SymbolicTensor;
  let x = apply(tf.layers.rescaling({ scale: 1 / 127.5, offset: -1, name: 'normalize' }), pictures);
  for (const [index, { layers, residual }] of mobileNetBlocks(encoder).entries()) {
    let y = x;
    for (const layer of layers) {
      y = apply(convolution(tf.layers, layer), y);
      own.set(layer.name, convolutionWeights(layer, weights));
      if (layer.activation === 'relu6') {
        y = apply(tf.layers.reLU({ maxValue: 6, name: `${layer.name}.relu6` }), y);
      }
    }
    x = residual ? apply(tf.layers.add({ name: `block_${index}.sum` }), [x, y]) : y;
  }
  for (const layer of poolingLayers(tf.layers, encoder, own)) x = apply(layer, x);
  return tf.model({ inputs: pictures, outputs: x, name: 'encoder' });
}

/** TensorFlow's SAME is what `padding` of a convolution says. */
function convolution(layers: typeof Layers, layer: ConvolutionLayer): Layers.Layer {
  const { name, kind, kernelSize, stride: strides, outputs: filters } = layer;
  const shared = { name, kernelSize, strides, padding: 'same' } as const;
  return kind === 'depthwise' ? layers.depthwiseConv2d(shared) : layers.conv2d({ ...shared, filters });
}

/** From [outputs, inputs, height, width] to [height, width, inputs, outputs]; depthwise, [height, width, inputs, 1]. */
function convolutionWeights({ name, kind }: ConvolutionLayer, weights: Weights): Tensor[] {
  const kernel = requireTensor(weights, `${name}.kernel`);
  const [outputs, inputs, height, width] = kernel.shape as [number, number, number, number];
  const flat = transpose({ shape: [outputs, inputs * height * width], data: kernel.data });
  if (kind === 'depthwise') {
    return [{ shape: [height, width, outputs, 1], data: flat.data }, requireTensor(weights, `${name}.bias`)];
  }
  const data = new Float32Array(kernel.data.length);
  const positions = height * width;
  for (let input = 0; input < inputs; input++) {
    for (let position = 0; position < positions; position++) {
      const from = (input * positions + position) * outputs;
      data.set(flat.data.subarray(from, from + outputs), (position * inputs + input) * outputs);
    }
  }
  return [{ shape: [height, width, inputs, outputs], data }, requireTensor(weights, `${name}.bias`)];
}

/** Means of cells as a product with a matrix, since cells may overlap: [side, side, channels] -> [features]. */
function poolingLayers(layers: typeof Layers, encoder: MobileNet, own: Own): Layers.Layer[] {
  if (encoder.pooling.kind === 'global') return [layers.globalAveragePooling2d({ name: 'pool' })];
  const { cells, positions, data } = poolingMatrix(encoder);
  const channels = featureCount(encoder) / cells;
  own.set('pool', [transpose({ shape: [cells, positions], data })]);
  return [
    layers.reshape({ targetShape: [featureMapSide(encoder) ** 2, channels], name: 'positions' }),
    layers.permute({ dims: [2, 1], name: 'channels_first' }),
    layers.dense({ units: cells, useBias: false, name: 'pool' }),
    layers.permute({ dims: [2, 1], name: 'cells_first' }),
    layers.flatten({ name: 'features' }),
  ];
}

function sequenceLayers(
  layers: typeof Layers,
  { recurrent, weights }: FramesModel,
  own: Own,
): Layers.Layer[] {
  const isLast = (layer: number) => recurrent.readout === 'last' && layer === recurrent.layers - 1;
  const recurrentLayers = Array.from({ length: recurrent.layers }, (_, index) => {
    const name = `recurrent_${index}`;
    own.set(
      name,
      directionsOf(recurrent).flatMap((direction) => {
        const cell = cellName(recurrent, index, direction);
        return ['kernel', 'recurrent_kernel', 'bias'].map((part) =>
          requireTensor(weights, `${cell}.${part}`),
        );
      }),
    );
    const shared = { units: recurrent.units, returnSequences: !isLast(index) };
    if (!recurrent.bidirectional) return lstm(layers, { ...shared, name });
    const layer = lstm(layers, { ...shared, name: `${name}.cell` });
    return layers.bidirectional({ layer, mergeMode: 'concat', name });
  });
  const mean = recurrent.readout === 'mean' ? [layers.globalAveragePooling1d({ name: 'mean' })] : [];
  return [...recurrentLayers, ...mean];
}

type LstmOptions = { name: string; units: number; returnSequences: boolean };

const lstm = (layers: typeof Layers, options: LstmOptions): Layers.RNN =>
  layers.lstm({ ...options, recurrentActivation: 'sigmoid', ...ZEROS }) as Layers.RNN;

/** All weights are set afterwards, and an orthogonal start takes long, and operations that only the whole of TensorFlow.js has. */
const ZEROS = { kernelInitializer: 'zeros', recurrentInitializer: 'zeros' } as const;

/** Logits divided by the temperature are those of weights divided by it. */
function headWeights({ weights, temperature }: FramesModel): Tensor[] {
  return ['kernel', 'bias'].map((part) => {
    const { shape, data } = requireTensor(weights, `${HEAD}.${part}`);
    return { shape, data: data.map((value) => value / temperature) };
  });
}
