import { type Pipeline, picturesATimestep } from '../config.js';
import { featureCount, type MobileNet, mobileNetBlocks, mobileNetParameters } from '../encoder/mobilenet.js';
import { UserError } from '../errors.js';
import type { ParameterSpec } from '../tensors/tensor.js';
import { type RecurrentNetwork, recurrentParameters } from './recurrent.js';

/** A whole network: frames -> encoder -> features -> recurrent -> logits. */
export interface Networks {
  /** Null where the input is a sequence of vectors as it is. */
  readonly encoder: MobileNet | null;
  readonly recurrent: RecurrentNetwork;
}

/**
 * The network that a pipeline describes, for that many classes.
 * @throws UserError `bad_config` for more encoder blocks than there are.
 */
export function networksOf(pipeline: Pipeline, classes: number): Networks {
  const encoder = encoderOf(pipeline.input);
  return { encoder, recurrent: { ...pipeline.recurrent, inputs: inputsOf(pipeline, encoder), classes } };
}

/** The same networks with the encoder's convolutions in 8 bits. */
export function inInt8({ encoder, recurrent }: Networks): Networks {
  return { encoder: encoder && { ...encoder, precision: 'int8' }, recurrent };
}

/** As in MNIST. */
const PIXELS_A_ROW = 28;

function inputsOf({ input }: Pipeline, encoder: MobileNet | null): number {
  if (input.kind === 'rows' || !encoder) return PIXELS_A_ROW;
  return picturesATimestep(input) * featureCount(encoder);
}

function encoderOf(input: Pipeline['input']): MobileNet | null {
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
