import type { Weights } from '../../../tensors/tensor.js';
import { differentiableLayers } from './differentiable-layer.js';
import { fusedLayer } from './fused-layer.js';
import type { RunLayer } from './layer.js';
import type { WeightOf } from './readout.js';
import { onnxCell } from './recurrent-cells.js';

/** Layers for prediction: each is its cell's operator where there is one, and else made of the cell's timesteps. */
export function predictionLayers(weights: Weights, weight: WeightOf): RunLayer {
  const stepped = differentiableLayers(weight);
  return (x, place) => {
    const { fused } = onnxCell(place.level.cell);
    return (fused ? fusedLayer(fused, weights) : stepped)(x, place);
  };
}
