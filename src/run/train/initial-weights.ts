import { resolve } from 'node:path';
import { isModel, loadBundle } from '../../bundle/bundle.js';
import type { Pipeline } from '../../config.js';
import { initializeMobileNet } from '../../encoder/initialize.js';
import { type MobileNet, mobileNetParameters } from '../../encoder/mobilenet.js';
import { loadPretrained } from '../../encoder/pretrained/load-pretrained.js';
import { UserError } from '../../errors.js';
import { initializeRecurrent } from '../../network/initialize.js';
import type { Networks } from '../../network/networks.js';
import { requireTensor, type Weights } from '../../tensors/tensor.js';
import type { Member } from './members.js';

/**
 * The weights that members start from: each one's recurrent network drawn by its seed, and one encoder for
 * all, drawn by the pipeline's seed or pretrained, as the pipeline says.
 * @throws UserError as loadPretrained and loadBundle; `bad_config` for a model whose encoder does not fit.
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
  if (await isModel(source)) return encoderOfModel(source, networks.encoder);
  const pretrained = await loadPretrained({ architecture, alpha, weights: source });
  const own = mobileNetParameters(networks.encoder).map(({ name }) => name);
  return new Map(own.map((name) => [name, requireTensor(pretrained.weights, name)]));
}

/** The encoder of a model that Clipstep trained. @throws UserError as loadBundle; `bad_config` where it does not fit. */
async function encoderOfModel(folder: string, wanted: MobileNet): Promise<Weights> {
  const { members, networks } = await loadBundle(folder);
  const parameters = mobileNetParameters(wanted);
  const [first] = members;
  const misfit = parameters.find(({ name, shape }) => first!.get(name)?.shape.join() !== shape.join());
  if (!misfit && networks.encoder?.precision !== 'int8') {
    return new Map(parameters.map(({ name }) => [name, requireTensor(first!, name)]));
  }
  throw new UserError('bad_config', {
    problem: `The encoder of the model ${folder} is ${describe(networks.encoder)}, not ${describe(wanted)}.`,
    fix: "Give the pipeline's input.encoder the same architecture, alpha and blocks, or another model.",
  });
}

function describe(encoder: MobileNet | null): string {
  if (!encoder) return 'none';
  const { architecture, alpha, blocks, precision } = encoder;
  const cut = blocks === undefined ? '' : ` of ${blocks} blocks`;
  return `${architecture}, alpha ${alpha}${cut}${precision === 'int8' ? ' in int8' : ''}`;
}
