import { mobileNetParameters } from '../encoder/encoder-parameters.js';
import { featureCount, type MobileNet } from '../encoder/mobilenet.js';
import { type InputSettings, inputOf } from '../inputs/input-kinds.js';
import { MARKERS } from '../inputs/text/vocabulary.js';
import type { ParameterSpec } from '../tensors/tensor.js';
import type { RecurrentNetwork } from './recurrent.js';
import { recurrentParameters } from './recurrent-parameters.js';
import type { RecurrentSettings } from './recurrent-schema.js';
import { requireClasses } from './softmax.js';

/** A whole network: frames -> encoder -> features -> recurrent -> logits. */
export interface Networks {
  /** Null where the input is a sequence of vectors or tokens as it is. */
  readonly encoder: MobileNet | null;
  readonly recurrent: RecurrentNetwork;
  /**
   * How many recurrent networks share a timestep, each reading the features of one picture of it: as many as the
   * streams that are averaged. 1 where one network reads all features of a timestep.
   */
  readonly apart: number;
}

/** What a network's size goes by beside its pipeline. */
export interface NetworkSize {
  readonly classes: number;
  /** The symbols that its input knows, see Input.vocabularyOf; none when absent. */
  readonly vocabulary?: readonly string[] | undefined;
  /** Likewise those of what it reads first, where it has a source. */
  readonly sourceVocabulary?: readonly string[] | undefined;
}

/**
 * The network that a pipeline describes.
 * @throws UserError `bad_config` for a softmax that needs more classes.
 */
export function networksOf(
  { input, recurrent }: { readonly input: InputSettings; readonly recurrent: RecurrentSettings },
  { classes, vocabulary = [], sourceVocabulary = [] }: NetworkSize,
): Networks {
  const { source, ...layers } = recurrent;
  const timestep = inputOf(input).timestep(vocabulary);
  switch (timestep.kind) {
    case 'pictures': {
      const { streams, apart } = timestep;
      const encoder = { ...timestep.encoder, hasStatistics: true } as const;
      const inputs = (streams / apart) * featureCount(encoder);
      return { encoder, recurrent: { ...layers, inputs, classes }, apart };
    }
    case 'vector':
      return { encoder: null, recurrent: { ...layers, inputs: timestep.width, classes }, apart: 1 };
    case 'token': {
      const { tokens, width: inputs } = timestep;
      requireClasses({ ...recurrent, classes });
      const read = source && { ...source, tokens: MARKERS + sourceVocabulary.length, inputs };
      return { encoder: null, recurrent: { ...layers, tokens, inputs, classes, source: read }, apart: 1 };
    }
  }
}

/** The same networks with the encoder's convolutions in 8 bits. */
export function inInt8({ encoder, ...others }: Networks): Networks {
  return { encoder: encoder && { ...encoder, precision: 'int8' }, ...others };
}

/** A linear classifier of the mean over time of what the recurrent network reads, in its place. */
export function linearNetworks(networks: Networks): Networks {
  const { recurrent } = networks;
  return { ...networks, recurrent: { ...recurrent, layers: 0, readout: 'mean', upper: undefined } };
}

/** Parameters of both parts, the encoder's first. Their names do not overlap. */
export function parametersOf(networks: Networks): ParameterSpec[] {
  const ofEncoder = networks.encoder ? mobileNetParameters(networks.encoder) : [];
  return [...ofEncoder, ...recurrentParameters(networks.recurrent)];
}
