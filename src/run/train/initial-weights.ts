import { resolve } from 'node:path';
import type { Pipeline } from '../../config.js';
import { initializeMobileNet } from '../../encoder/initialize.js';
import { mobileNetParameters } from '../../encoder/mobilenet.js';
import { loadPretrained } from '../../encoder/pretrained/load-pretrained.js';
import { initializeRecurrent } from '../../network/initialize.js';
import type { Networks } from '../../network/networks.js';
import { requireTensor, type Weights } from '../../tensors/tensor.js';
import type { Member } from './members.js';

/**
 * The weights that members start from: each one's recurrent network drawn by its seed, and one encoder for
 * all, drawn by the pipeline's seed or pretrained, as the pipeline says.
 * @throws UserError as encoder/pretrained.ts tells.
 */
export async function initialWeights(options: {
  pipeline: Pipeline;
  /** Folder of the pipeline's file: a relative folder of weights starts there. */
  pipelineFolder: string;
  networks: Networks;
}): Promise<(member: Member) => Weights> {
  const { pipeline, networks } = options;
  const encoder = await encoderWeights(options);
  const head = pipeline.training.initialHead;
  return ({ seed }) => new Map([...encoder, ...initializeRecurrent(networks.recurrent, seed, { head })]);
}

async function encoderWeights({
  pipeline: { input, seed },
  pipelineFolder,
  networks,
}: Parameters<typeof initialWeights>[0]): Promise<Weights> {
  if (input.kind === 'rows' || !networks.encoder) return new Map();
  const { encoder } = input;
  if (encoder.weights === 'scratch') return initializeMobileNet(networks.encoder, seed);
  const { architecture, alpha, weights } = encoder;
  const source = weights === 'hub' ? weights : resolve(pipelineFolder, weights);
  const pretrained = await loadPretrained({ architecture, alpha, weights: source });
  const own = mobileNetParameters(networks.encoder).map(({ name }) => name);
  return new Map(own.map((name) => [name, requireTensor(pretrained.weights, name)]));
}
