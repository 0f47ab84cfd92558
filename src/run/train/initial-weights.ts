import type { Pipeline } from '../../config.js';
import { initializeMobileNet } from '../../encoder/initialize.js';
import { loadPretrained } from '../../encoder/pretrained.js';
import { initializeRecurrent } from '../../network/initialize.js';
import type { Networks } from '../../network/networks.js';
import type { Weights } from '../../tensors/tensor.js';

/**
 * The weights that a training starts from: the recurrent network's drawn by the pipeline's seed, the
 * encoder's drawn too or pretrained, as the pipeline says.
 * @throws UserError as encoder/pretrained.ts tells.
 */
export async function initialWeights(pipeline: Pipeline, networks: Networks): Promise<Weights> {
  return new Map([
    ...(await encoderWeights(pipeline, networks)),
    ...initializeRecurrent(networks.recurrent, pipeline.seed),
  ]);
}

async function encoderWeights({ encoder, seed }: Pipeline, networks: Networks): Promise<Weights> {
  if (encoder.weights === 'scratch') return initializeMobileNet(networks.encoder, seed);
  const { architecture, alpha, weights } = encoder;
  return (await loadPretrained({ architecture, alpha, weights })).weights;
}
