import type { Bundle } from '../bundle/bundle.js';
import { requireTrained } from '../bundle/find-model.js';
import { mobileNetParameters } from '../encoder/encoder-parameters.js';
import { UserError } from '../errors.js';
import { type Networks, parametersOf } from '../network/networks.js';
import { HEAD } from '../network/recurrent-parameters.js';
import { counted } from '../platform/counted.js';
import { requireTensor, type Weights } from '../tensors/tensor.js';

/** The model that a training goes on from. */
export interface Origin {
  /** What each network of the training starts from; where the classes are others, without the head, which is drawn. */
  readonly members: readonly Weights[];
  readonly isHeadKept: boolean;
  /** Whether what reads the features is the model's, which knows them as they are and not standardized. */
  readonly readsFeatures: boolean;
  /** sha256 of its weights. */
  readonly digest: string;
}

/**
 * What a training starts from whose networks are those of a model: its whole weights where the classes are the same,
 * all but the head where they are not. Of an ensemble, it goes on from the first networks.
 *
 * @param wanted.members how many networks are trained.
 * @throws UserError `bad_config` for networks that are others; `usage` for a model in int8, or of another library.
 */
export function originOf(
  bundle: Bundle,
  wanted: { networks: Networks; labels: readonly string[]; members: number },
): Origin {
  requireTrained(bundle, 'train');
  if (bundle.manifest.quantization) throw inInt8(bundle);
  const { networks, labels, members } = wanted;
  const isHeadKept = bundle.manifest.labels.join('\n') === labels.join('\n');
  const names = new Set(namesToKeep(networks, isHeadKept));
  const kept = parametersOf(networks).filter(({ name }) => names.has(name));
  const [first] = bundle.members;
  const misfit = kept.find(({ name, shape }) => first!.get(name)?.shape.join() !== shape.join());
  if (misfit) throw ofOtherNetworks(bundle, misfit.name);
  if (bundle.members.length % members !== 0) throw ofOtherCount(bundle, members);
  return {
    members: bundle.members
      .slice(0, members)
      .map((weights) => new Map(kept.map(({ name }) => [name, requireTensor(weights, name)]))),
    isHeadKept,
    readsFeatures: isHeadKept || networks.recurrent.layers > 0,
    digest: bundle.manifest.weights.sha256,
  };
}

/** Without recurrent layers, what attends belongs to the head: it says which features count for the classes. */
function namesToKeep(networks: Networks, isHeadKept: boolean): string[] {
  const all = parametersOf(networks).map(({ name }) => name);
  if (isHeadKept) return all;
  if (networks.recurrent.layers > 0) return all.filter((name) => !name.startsWith(`${HEAD}.`));
  return networks.encoder ? mobileNetParameters(networks.encoder).map(({ name }) => name) : [];
}

function inInt8({ folder }: Bundle): UserError {
  return new UserError('usage', {
    problem: `The encoder of ${folder} is in int8, which cannot be trained.`,
    fix: 'Go on from the model that it was made of.',
  });
}

function ofOtherNetworks({ folder }: Bundle, name: string): UserError {
  return new UserError('bad_config', {
    problem: `The networks of ${folder} are not those of the pipeline: ${name} is another.`,
    fix: "Leave the pipeline out, by which the model's own is taken, or give one with the same encoder and recurrent network.",
  });
}

function ofOtherCount({ folder, members }: Bundle, wanted: number): UserError {
  return new UserError('bad_config', {
    problem: `${folder} has ${counted(members.length, 'network')}, and the pipeline trains ${wanted}.`,
    fix: "Leave the pipeline out, by which the model's own is taken, or give one with as many streams and networks.",
  });
}
