import {
  cellName,
  directionsOf,
  layerInputs,
  type RecurrentNetwork,
  readoutWidthOf,
} from '../../../network/recurrent.js';
import { input, type Value } from '../graph.js';
import { cast, multiply } from '../ops/elementwise.js';
import { pickTimesteps, reverseSequences } from '../ops/sequence.js';
import { concatenate, transpose } from '../ops/shape.js';
import { head, readOut } from '../readout.js';
import { gruCell } from './gru-cell.js';
import { lstmCell } from './lstm-cell.js';
import { type LayerWeights, recurrentLayer } from './recurrent-layer.js';

/**
 * The recurrent network made of differentiable ops: features float32 [batch, timesteps, inputs] -> logits
 * [batch, classes]. What lies behind a sequence's length passes through the layers, but no readout takes it
 * up, and so no gradient comes from there. See recurrentFeeds for the inputs that it declares.
 *
 * @param weight The network's parameters by name.
 */
export function recurrentLogits(
  features: Value,
  network: RecurrentNetwork,
  weight: (name: string) => Value,
): Value {
  const lengths = directionsOf(network).length === 2 ? lengthsInput(features) : null;
  let x = transpose(features, [1, 0, 2]);
  let passes: Value[] = [];
  for (let layer = 0; layer < network.layers; layer++) {
    const read = dropped(x, network, { name: `dropout_${layer}`, width: layerInputs(network, layer) });
    // In the backward pass' own time, its outputs run from each sequence's end to its start.
    passes = directionsOf(network).map((direction) => {
      const inOwnTime = direction === 'backward' ? reverseSequences(read, lengths!) : read;
      const cell = network.cell === 'lstm' ? lstmCell : gruCell;
      return recurrentLayer(cell, inOwnTime, layerWeights(cellName(layer, direction), weight));
    });
    const [forward, backward] = passes as [Value, Value?];
    x = backward ? concatenate([forward, reverseSequences(backward, lengths!)], 2) : forward;
  }
  const readout =
    network.readout === 'last'
      ? lastOutputs(passes)
      : readOut(transpose(x, [1, 0, 2]), network, weight).readout;
  const mask = { name: 'dropout_readout', width: readoutWidthOf(network) };
  return head(dropped(readout, network, mask), weight);
}

/** Multiplied with the mask of that name [batch, width]; see network/dropout.ts. */
function dropped(x: Value, network: RecurrentNetwork, mask: { name: string; width: number }): Value {
  if (network.dropout === 0) return x;
  const shape = [x.shape.at(-2)!, mask.width];
  return multiply(x, input(x.graph, { name: mask.name, dtype: 'float32', shape }));
}

function layerWeights(name: string, weight: (name: string) => Value): LayerWeights {
  return {
    kernel: weight(`${name}.kernel`),
    recurrentKernel: weight(`${name}.recurrent_kernel`),
    bias: weight(`${name}.bias`),
  };
}

function lengthsInput({ graph, shape: [batch] }: Value): Value {
  return cast(input(graph, { name: 'lengths', dtype: 'int32', shape: [batch!] }), 'int64');
}

/** Each pass' output at its last timestep, [batch, width]. */
function lastOutputs(passes: readonly Value[]): Value {
  const [forward, backward] = passes as [Value, Value?];
  const shape = [forward.shape[1]!, 2];
  const places = cast(input(forward.graph, { name: 'last_places', dtype: 'int32', shape }), 'int64');
  const ofForward = pickTimesteps(forward, places);
  return backward ? concatenate([ofForward, pickTimesteps(backward, places)], 1) : ofForward;
}
