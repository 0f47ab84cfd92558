import type { DataSettings } from '../../datasets/data-schema.js';
import { mobileNetBlocks } from '../../encoder/mobilenet.js';
import type { Sampling } from '../../media/frame-schema.js';
import type { Contradiction, Surroundings } from '../input-kind.js';
import type { Augmentation } from './augmentation-schema.js';
import { encoderOf } from './frames-encoder.js';
import type { FramesInput } from './frames-schema.js';

/** Where settings of frames do not go with the rest of the pipeline. */
export function contradictingFrames(input: FramesInput, pipeline: Surroundings): Contradiction[] {
  const { data, training, distil } = pipeline;
  const available = blocksOf(input);
  const found: Contradiction[] = [];
  const { architecture, blocks = available } = input.encoder;
  if (blocks > available) {
    const message = `must be at most ${available}: ${architecture} has no more`;
    found.push({ path: ['input', 'encoder', 'blocks'], message });
  }
  if (input.encoder.weights === 'scratch' && !distil && training.train === 'recurrent') {
    const message =
      'must be everything when input.encoder.weights is scratch, without distil: an untrained encoder says nothing';
    found.push({ path: ['training', 'train'], message });
  }
  const ofStreams = contradictingStreams(input, pipeline);
  const ofFinetune = contradictingFinetune(input, pipeline);
  const ofAugmentation = training.augmentation
    ? contradictingAugmentation(training.augmentation, { sampling: input.sampling, data })
    : [];
  return [...found, ...ofStreams, ...ofFinetune, ...ofAugmentation];
}

/** How many the encoder's architecture has. */
const blocksOf = (input: FramesInput): number =>
  mobileNetBlocks({ ...encoderOf(input), blocks: undefined }).length;

/** Stages that begin with a block that is not there. */
function contradictingFinetune(input: FramesInput, { finetune = [] }: Surroundings): Contradiction[] {
  const last = mobileNetBlocks(encoderOf(input)).length - 1;
  return finetune.flatMap(({ fromBlock }, index) =>
    fromBlock > last
      ? [
          {
            path: ['finetune', String(index), 'fromBlock'],
            message: `must be at most ${last}, which is the encoder's last block`,
          },
        ]
      : [],
  );
}

function contradictingStreams(
  { streams, gap, fusion }: FramesInput,
  { data, training, finetune }: Surroundings,
): Contradiction[] {
  const found: Contradiction[] = [];
  const pairs = streams.some(({ kind }) => kind !== 'frames');
  if (pairs && data?.kind === 'mnist') {
    found.push({
      path: ['input', 'streams'],
      message: 'must be frames alone for pictures, which do not move',
    });
  }
  if (pairs && !gap) {
    found.push({ path: ['input', 'gap'], message: 'must say how much later the other frame is' });
  }
  if (!pairs && gap) {
    found.push({ path: ['input', 'gap'], message: 'must be left out where no stream compares frames' });
  }
  if (streams.length > 1 && fusion === 'concatenate' && (training.train === 'everything' || finetune)) {
    const message =
      'must be average where the encoder is trained: it is trained for each stream apart from the others';
    found.push({ path: ['input', 'fusion'], message });
  }
  return found;
}

function contradictingAugmentation(
  { views: _, ...changes }: Augmentation,
  { sampling, data }: { sampling: Sampling; data: DataSettings | undefined },
): Contradiction[] {
  const at = (message: string, ...path: string[]): Contradiction => ({
    path: ['training', 'augmentation', ...path],
    message,
  });
  const given = (Object.keys(changes) as Array<keyof typeof changes>).filter((name) => changes[name]);
  if (given.length === 0 && sampling.kind !== 'segments') {
    const message = 'must say how views differ, such as flip: 0.5: without, all are the same';
    return [at(message)];
  }
  const found = given.flatMap((name) => {
    const reason = data ? LABELS_CHANGED[data.kind][name] : undefined;
    return reason ? [at(`must be left out for this data: ${reason}`, name)] : [];
  });
  if (changes.timeJitter && (sampling.kind === 'segments' || sampling.kind === 'keyframes')) {
    const reason = { segments: 'its times are random already', keyframes: 'it takes no other frames' };
    found.push(at(`must be left out for ${sampling.kind} sampling: ${reason[sampling.kind]}`, 'timeJitter'));
  }
  if (changes.speed && sampling.kind === 'keyframes') {
    found.push(at('must be left out for keyframes sampling: it takes no other frames', 'speed'));
  } else if (changes.speed && sampling.kind !== 'fps' && changes.speed[1] > 1) {
    const message = `must be at most 1 for ${sampling.kind} sampling, whose frames are spread over the whole clip`;
    found.push(at(message, 'speed'));
  }
  return found;
}

type Change = Exclude<keyof Augmentation, 'views'>;

const STILL = 'a picture does not move';

/** What makes another class of an example, or nothing at all, by the kind of data. */
const LABELS_CHANGED: Record<DataSettings['kind'], { readonly [name in Change]?: string }> = {
  folder: {},
  texts: {},
  pairs: {},
  motion: {
    reverse: 'each motion is another class played backwards',
    flip: 'clockwise is counter-clockwise in a mirror',
  },
  mnist: { reverse: STILL, speed: STILL, timeJitter: STILL, flip: 'a digit in a mirror is none' },
};
