import { featureCount, type MobileNet, mobileNetBlocks } from '../encoder/mobilenet.js';
import { mobileNetParameters } from '../encoder/parameters.js';
import { UserError } from '../errors.js';
import type { InputSettings } from '../inputs/input-kinds.js';
import type { ParameterSpec } from '../tensors/tensor.js';
import { type RecurrentNetwork, recurrentParameters } from './recurrent.js';
import type { RecurrentSettings } from './recurrent-schema.js';

/** A whole network: frames -> encoder -> features -> recurrent -> logits. */
export interface Networks {
  /** Null where the input is a sequence of vectors as it is. */
  readonly encoder: MobileNet | null;
  readonly recurrent: RecurrentNetwork;
  /**
   * How many recurrent networks share a timestep, each reading the features of one picture of it: as many as the
   * streams that are averaged. 1 where one network reads all features of a timestep.
   */
  readonly apart: number;
}

/**
 * The network that a pipeline describes, for that many classes.
 * @throws UserError `bad_config` for more encoder blocks than there are.
 */
export function networksOf(
  { input, recurrent }: { readonly input: InputSettings; readonly recurrent: RecurrentSettings },
  classes: number,
): Networks {
  const encoder = encoderOf(input);
  const [streams, apart] = streamsOf(input);
  const inputs = encoder ? (streams / apart) * featureCount(encoder) : PIXELS_A_ROW;
  return { encoder, recurrent: { ...recurrent, inputs, classes }, apart };
}

/** The same networks with the encoder's convolutions in 8 bits. */
export function inInt8({ encoder, ...others }: Networks): Networks {
  return { encoder: encoder && { ...encoder, precision: 'int8' }, ...others };
}

/** As in MNIST. */
const PIXELS_A_ROW = 28;

/** How many there are, and how many of them have a network of their own. */
function streamsOf(input: InputSettings): [streams: number, apart: number] {
  if (input.kind === 'rows') return [1, 1];
  const { length } = input.streams;
  return [length, input.fusion === 'average' ? length : 1];
}

function encoderOf(input: InputSettings): MobileNet | null {
  if (input.kind === 'rows') return null;
  const { architecture, alpha, pooling, blocks } = input.encoder;
  const whole: MobileNet = { architecture, alpha, pooling, inputSize: input.preprocessing.size };
  if (blocks === undefined) return whole;
  const available = mobileNetBlocks(whole).length;
  if (blocks <= available) return { ...whole, blocks };
  throw new UserError('bad_config', {
    problem: `input.encoder.blocks is ${blocks}, but ${architecture} has ${available}.`,
    fix: 'Give fewer, or leave it out for all.',
  });
}

/** Parameters of both parts, the encoder's first. Their names do not overlap. */
export function parametersOf(networks: Networks): ParameterSpec[] {
  const ofEncoder = networks.encoder ? mobileNetParameters(networks.encoder) : [];
  return [...ofEncoder, ...recurrentParameters(networks.recurrent)];
}
