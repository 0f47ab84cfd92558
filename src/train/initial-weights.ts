import { resolve } from 'node:path';
import { loadBundle } from '../bundle/bundle.js';
import { isModel } from '../bundle/model-folder.js';
import type { DataEvent } from '../datasets/data-event.js';
import { mobileNetParameters } from '../encoder/encoder-parameters.js';
import { initializeMobileNet } from '../encoder/initialize-encoder.js';
import type { MobileNet } from '../encoder/mobilenet.js';
import { loadPretrained } from '../encoder/pretrained/load-pretrained.js';
import { UserError } from '../errors.js';
import { framesOf } from '../inputs/input-kinds.js';
import { initializeRecurrent } from '../network/initialize-network.js';
import type { Networks } from '../network/networks.js';
import type { Pipeline } from '../pipeline/schema.js';
import { exists } from '../platform/exists.js';
import { shippedNames, shippedPath } from '../platform/shipped.js';
import { requireTensor, type Weights } from '../tensors/tensor.js';
import type { Member } from './plan-members.js';

/**
 * What a member starts from: the encoder of all, and a recurrent network drawn by its own seed.
 * @param options.own in place of these, where a training goes on from a model.
 */
export function initialWeights(
  { pipeline, networks }: { pipeline: Pipeline; networks: Networks },
  { encoder, member, own }: { encoder: Weights; member: Member; own: Weights },
): Weights {
  const { initialHead: head, initialEmbedding: embedding } = pipeline.training;
  const drawn = initializeRecurrent(networks.recurrent, member.seed, { head, embedding });
  return new Map([...encoder, ...drawn, ...own]);
}

/**
 * The encoder that training starts from, drawn by the pipeline's seed or pretrained, as the pipeline says; empty
 * where there is none.
 *
 * @param options.pipelineFolder Folder of the pipeline's file: a relative folder of weights starts there.
 * @throws UserError as loadPretrained and loadBundle; `bad_config` for a model whose encoder does not fit.
 */
export async function initialEncoder({
  pipeline: { input, seed },
  pipelineFolder,
  networks,
  onEvent,
}: {
  pipeline: Pipeline;
  pipelineFolder: string;
  networks: Networks;
  onEvent?: ((event: DataEvent) => void) | undefined;
}): Promise<Weights> {
  const frames = framesOf(input);
  if (!frames || !networks.encoder) return new Map();
  const { weights } = frames.encoder;
  if (weights === 'scratch') return initializeMobileNet(networks.encoder, seed);
  return trainedEncoder(networks.encoder, { weights, pipelineFolder, onEvent });
}

/**
 * An encoder that somebody trained. Errors as of initialEncoder.
 * @param options.weights `hub`, a folder, or the name of a model that ships where there is no such folder.
 */
export async function trainedEncoder(
  network: MobileNet,
  options: {
    weights: string;
    pipelineFolder: string;
    onEvent?: ((event: DataEvent) => void) | undefined;
  },
): Promise<Weights> {
  const { architecture, alpha } = network;
  const { weights, pipelineFolder, onEvent } = options;
  const source = weights === 'hub' ? weights : await findWeights(resolve(pipelineFolder, weights), weights);
  if (await isModel(source)) return encoderOfModel(source, network);
  const onReceived = (receivedBytes: number) =>
    onEvent?.({ kind: 'downloading', fileName: `${architecture} ${alpha}`, receivedBytes, totalBytes: null });
  const pretrained = await loadPretrained({ architecture, alpha, weights: source, onReceived }).catch(
    async (error: unknown) => {
      throw await withShippedEncoder(error, network);
    },
  );
  const own = mobileNetParameters(network).map(({ name }) => name);
  return new Map(own.map((name) => [name, requireTensor(pretrained.weights, name)]));
}

async function findWeights(path: string, name: string): Promise<string> {
  const isName = !(await exists(path)) && (await shippedNames('model')).includes(name);
  return isName ? shippedPath('model', name) : path;
}

/** Says, where a download failed, which encoder needs none. */
async function withShippedEncoder(error: unknown, network: MobileNet): Promise<unknown> {
  if (!(error instanceof UserError && error.code === 'download_failed')) return error;
  const { code, problem, fix } = error;
  for (const name of await shippedNames('model')) {
    const fits = await encoderOfModel(shippedPath('model', name), network).catch(() => null);
    if (!fits) continue;
    const instead = `Without a network, start from the encoder of a model that ships: --weights ${name}.`;
    return new UserError(code, { problem, fix: `${fix} ${instead}`, cause: error });
  }
  return error;
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
    fix: 'Give the pipeline the same architecture, alpha and blocks as the model has, or another model.',
  });
}

function describe(encoder: MobileNet | null): string {
  if (!encoder) return 'none';
  const { architecture, alpha, blocks, precision } = encoder;
  const cut = blocks === undefined ? '' : ` of ${blocks} blocks`;
  return `${architecture}, alpha ${alpha}${cut}${precision === 'int8' ? ' in int8' : ''}`;
}
