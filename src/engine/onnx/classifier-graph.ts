import { type RecurrentNetwork, widthOf } from '../../network/recurrent.js';
import { requireTensor, type Weights } from '../../tensors/tensor.js';
import { cellWeights } from './cell-weights.js';
import { constant, createGraph, type Graph, input, output, type Value } from './graph.js';
import { gru, lstm, type RecurrentOutputs } from './ops/recurrent.js';
import { reshape, transpose } from './ops/shape.js';
import { head, readOut } from './readout.js';

/**
 * The recurrent network with its readout and head. Inputs: `features` float32 [batch, timesteps, inputs],
 * `lengths` int32 [batch] and those of readout.ts. Outputs: `logits` float32 [batch, classes] and, for the
 * readouts that attend, `attention` float32 [batch, timesteps].
 */
export function classifierGraph(network: RecurrentNetwork, weights: Weights): Graph {
  const graph = createGraph('recurrent');
  const weight = (name: string) => constant(graph, { name, ...requireTensor(weights, name) });
  const shape = ['batch', 'timesteps', network.inputs];
  const features = input(graph, { name: 'features', dtype: 'float32', shape });
  const lengths = input(graph, { name: 'lengths', dtype: 'int32', shape: ['batch'] });
  const top = network.layers === 0 ? null : recurrentLayers({ features, lengths }, network, weights);
  let readout: Value;
  if (network.readout === 'last') {
    readout = joinDirections(transpose(top!.last, [1, 0, 2]), network);
  } else {
    const sequence = top ? joinDirections(transpose(top.outputs, [2, 0, 1, 3]), network) : features;
    const shared = readOut(sequence, network, weight);
    if (shared.attention) output('attention', shared.attention);
    readout = shared.readout;
  }
  output('logits', head(readout, weight));
  return graph;
}

/** What the topmost recurrent layer gives. */
function recurrentLayers(
  { features, lengths }: { features: Value; lengths: Value },
  network: RecurrentNetwork,
  weights: Weights,
): RecurrentOutputs {
  const { graph } = features;
  const layer = (index: number, x: Value): RecurrentOutputs => {
    const { kernel, recurrentKernel, bias } = cellWeights(network, index, weights);
    const result = (network.cell === 'lstm' ? lstm : gru)({
      x,
      kernel: constant(graph, kernel),
      recurrentKernel: constant(graph, recurrentKernel),
      bias: constant(graph, bias),
      lengths,
    });
    const isTop = index === network.layers - 1;
    return isTop
      ? result
      : layer(index + 1, joinDirections(transpose(result.outputs, [0, 2, 1, 3]), network));
  };
  return layer(0, transpose(features, [1, 0, 2]));
}

/** [..., D, units] -> [..., width], the backward direction's outputs behind the forward's. */
function joinDirections(x: Value, network: RecurrentNetwork): Value {
  return reshape(x, [...x.shape.slice(0, -2), widthOf(network)]);
}
