import { HEAD, layerInputs, type RecurrentNetwork, readoutWidthOf } from '../../../network/recurrent.js';
import type { Value } from '../graph.js';
import { add, multiply } from '../ops/elementwise.js';
import { matmul } from '../ops/matrix.js';
import { transpose } from '../ops/shape.js';
import type { LayerOutputs, RunLayer } from './layer.js';
import { levelInputs, MASK } from './network-inputs.js';
import { READOUTS, type WeightOf } from './readouts.js';

/** In what a network that predicts differs from one that is trained. */
export interface NetworkBuild {
  /** The network's parameters by name. */
  readonly weight: WeightOf;
  readonly layer: RunLayer;
  /** Whether masks of dropout are among the inputs. */
  readonly drops: boolean;
}

export interface NetworkOutputs {
  /** [batch, classes] */
  readonly logits: Value;
  /** [batch, timesteps]; where the readout attends. */
  readonly attention?: Value | undefined;
}

/**
 * The recurrent network, its readout and its head, from features float32 [batch, timesteps, inputs]. What lies past a
 * sequence's length may pass through the layers, but no readout takes it up, and so no gradient comes from there. The
 * graph gets the inputs that feedsOf fills.
 */
export function networkOutputs(
  features: Value,
  network: RecurrentNetwork,
  build: NetworkBuild,
): NetworkOutputs {
  const inputs = levelInputs(features);
  const drop = (x: Value, name: string, width: number) =>
    build.drops && network.dropout > 0 ? multiply(x, inputs.declareMask(name, width)) : x;
  // Time comes first inside: the loop over it then has one block of memory a timestep.
  let sequence = transpose(features, [1, 0, 2]);
  let top: LayerOutputs | null = null;
  for (let layer = 0; layer < network.layers; layer++) {
    const read = drop(sequence, MASK.layer(layer), layerInputs(network, layer));
    top = build.layer(read, { network, layer, inputs });
    sequence = top.sequence;
  }
  const { readout, attention } = READOUTS[network.readout]({
    sequence: once(() => (top ? transpose(sequence, [1, 0, 2]) : features)),
    last: () => lastOf(top),
    inputs,
    weight: build.weight,
  });
  const read = drop(readout, MASK.readout, readoutWidthOf(network));
  return { logits: head(read, build.weight), attention };
}

/** Made when it is first asked for. */
function once(make: () => Value): () => Value {
  let made: Value | undefined;
  return () => {
    made ??= make();
    return made;
  };
}

function lastOf(top: LayerOutputs | null): Value {
  if (!top) throw new Error('Without recurrent layers no timestep knows of those before: none is the last');
  return top.last();
}

/** [batch, readoutWidth] -> logits [batch, classes]. */
function head(readout: Value, weight: WeightOf): Value {
  return add(matmul(readout, weight(`${HEAD}.kernel`)), weight(`${HEAD}.bias`));
}
