import { addNode, differentiable, misfit, type Value } from '../graph.js';

/**
 * Turns the first `lengths` timesteps of each sequence round and leaves what lies after them.
 *
 * @param x float32 [timesteps, batch, width]
 * @param lengths int64 [batch]
 */
export function reverseSequences(x: Value, lengths: Value): Value {
  if (x.shape.length !== 3 || lengths.dtype !== 'int64' || lengths.shape.join() !== `${x.shape[1]}`) {
    throw misfit('ReverseSequence', [x, lengths], '[T, B, W] and int64 [B]');
  }
  const y = addNode('ReverseSequence', {
    inputs: [x, lengths],
    outputs: [x],
    attributes: { time_axis: { kind: 'integer', value: 0 }, batch_axis: { kind: 'integer', value: 1 } },
  })[0]!;
  return differentiable(y, { inputs: [x], gradients: (dy) => [() => reverseSequences(dy, lengths)] });
}

/**
 * One timestep of each sequence, [timesteps, batch, width] -> [batch, width].
 *
 * @param places int64 [batch, 2]: timestep and place in the batch of each row of the result.
 */
export function pickTimesteps(x: Value, places: Value): Value {
  const [, batch, width] = x.shape;
  const fits = batch !== undefined && width !== undefined && places.dtype === 'int64';
  if (!fits || places.shape.join() !== `${batch},2`) {
    throw misfit('GatherND', [x, places], '[T, B, W] and int64 [B, 2]');
  }
  const y = addNode('GatherND', {
    inputs: [x, places],
    outputs: [{ dtype: x.dtype, shape: [batch, width] }],
  })[0]!;
  return differentiable(y, { inputs: [x], gradients: (dy) => [() => scatter(x, places, dy)] });
}

/** Zeros of the shape of x, but for those rows. */
function scatter(x: Value, places: Value, rows: Value): Value {
  const sizeType = { dtype: 'int64', shape: [x.shape.length] } as const;
  const sizes = addNode('Shape', { inputs: [x], outputs: [sizeType] })[0]!;
  const zeros = addNode('ConstantOfShape', { inputs: [sizes], outputs: [x] })[0]!;
  return addNode('ScatterND', { inputs: [zeros, places, rows], outputs: [x] })[0]!;
}
