import { describe, expect, it } from 'vitest';
import { constant, createGraph, type Graph, input, output } from '../../../../src/engine/onnx/graph.js';
import { transpose } from '../../../../src/engine/onnx/ops/shape.js';
import { differentiableLayers } from '../../../../src/engine/onnx/recurrent/differentiable-layer.js';
import type { RunLayer } from '../../../../src/engine/onnx/recurrent/layer.js';
import { feedsOf, levelInputs } from '../../../../src/engine/onnx/recurrent/network-inputs.js';
import { predictionLayers } from '../../../../src/engine/onnx/recurrent/prediction-layers.js';
import { OnnxSession } from '../../../../src/engine/onnx/session.js';
import { CELLS } from '../../../../src/network/cells.js';
import type { RecurrentNetwork } from '../../../../src/network/recurrent.js';
import { recurrentParameters } from '../../../../src/network/recurrent-parameters.js';
import { random } from '../../../../src/random.js';
import { requireTensor } from '../../../../src/tensors/tensor.js';
import { randomWeights, relativeDifference } from '../../../contracts/engine.js';

const runtime = await import('onnxruntime-node');

const TIMESTEPS = 5;
const LENGTHS = Int32Array.of(5, 1, 3);
const [BATCH, INPUTS] = [LENGTHS.length, 4];

/** What one layer gives out: at each timestep that counts, one sequence after the other; and the last of each. */
async function run(network: RecurrentNetwork, layers: RunLayer) {
  const graph = createGraph('layer');
  const shape = [BATCH, TIMESTEPS, INPUTS];
  const features = input(graph, { name: 'features', dtype: 'float32', shape });
  const outputs = layers(transpose(features, [1, 0, 2]), {
    level: network,
    layer: 0,
    inputs: levelInputs(network, features),
  });
  output('sequence', outputs.sequence);
  output('last', outputs.last());
  const session = await OnnxSession.open(runtime, graph, { threads: 1 });
  const stream = random(1, 'features');
  const data = Float32Array.from({ length: BATCH * TIMESTEPS * INPUTS }, () => stream.normal());
  const { sequence, last } = await session.run({
    features: { data, shape },
    ...feedsOf(session.inputNames, network, { placement: { lengths: LENGTHS, timesteps: TIMESTEPS } }),
  });
  await session.release();
  const width = last!.length / BATCH;
  const counting = [...LENGTHS].flatMap((length, row) =>
    Array.from({ length }, (_, time) => (time * BATCH + row) * width),
  );
  return {
    sequence: counting.flatMap((start) => [...sequence!.subarray(start, start + width)]),
    last: last!,
  };
}

describe.each(CELLS)('a layer of %s', (cell) => {
  it.each([false, true])('predicts what is trained, bidirectional: %o', async (bidirectional) => {
    const network: RecurrentNetwork = {
      cell,
      bidirectional,
      inputs: INPUTS,
      units: 3,
      layers: 1,
      dropout: 0,
      readout: 'last',
      classes: 2,
    };
    const weights = randomWeights(recurrentParameters(network));
    const weightOf = (graph: Graph) => (name: string) => constant(graph, requireTensor(weights, name));
    const predicting: RunLayer = (x, place) => predictionLayers(weights, weightOf(x.graph))(x, place);
    const trained: RunLayer = (x, place) => differentiableLayers(weightOf(x.graph))(x, place);
    const [ours, theirs] = [await run(network, predicting), await run(network, trained)];
    expect(relativeDifference(ours.sequence, theirs.sequence)).toBeLessThan(1e-5);
    expect(relativeDifference(ours.last, theirs.last)).toBeLessThan(1e-5);
  });
});
