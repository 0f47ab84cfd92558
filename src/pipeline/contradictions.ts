import type { Augmentation } from '../inputs/video/augmentation-schema.js';
import type { FramesInput } from '../inputs/video/frames-schema.js';
import { READOUT_LAYOUTS } from '../network/readouts.js';
import type { Pipeline } from './schema.js';

interface Contradiction {
  readonly path: string[];
  readonly message: string;
}

/** Settings that are sound by themselves but not together. */
export function contradictions(pipeline: Pipeline): Contradiction[] {
  const { data, input, recurrent, distil, training, finetune } = pipeline;
  const found: Contradiction[] = [];
  if (data?.kind === 'motion' && data.train.seed === data.test.seed) {
    const message = 'must differ from data.train.seed: the same seed gives the same clips';
    found.push({ path: ['data', 'test', 'seed'], message });
  }
  const isDrawn = input.kind === 'frames' && input.encoder.weights === 'scratch' && !distil;
  if (isDrawn && training.train === 'recurrent') {
    const message =
      'must be everything when input.encoder.weights is scratch, without distil: an encoder that nobody trained says nothing';
    found.push({ path: ['training', 'train'], message });
  }
  if (input.kind === 'frames') found.push(...contradictingStreams(input, pipeline));
  if (training.mixup !== undefined && training.batchSize === 1) {
    const message = 'must be more than 1 with training.mixup: the clips of a step are mixed with one another';
    found.push({ path: ['training', 'batchSize'], message });
  }
  if (training.augmentation) found.push(...contradictingAugmentation(training.augmentation, pipeline));
  if (recurrent.layers === 0 && READOUT_LAYOUTS[recurrent.readout].needsLayers) {
    const message =
      'must be another, such as mean or attention, when recurrent.layers is 0: without order, no timestep is the last';
    found.push({ path: ['recurrent', 'readout'], message });
  }
  if (recurrent.segment !== undefined && !READOUT_LAYOUTS[recurrent.readout].cutsSegments) {
    const message = 'must be left out where recurrent.readout is not hierarchical: no other has segments';
    found.push({ path: ['recurrent', 'segment'], message });
  }
  if (input.kind === 'rows' && (training.train === 'everything' || finetune)) {
    const message = 'must be recurrent, without finetune, when input.kind is rows: there is no encoder';
    found.push({ path: ['training', 'train'], message });
  }
  if (input.kind === 'rows' && distil) {
    const message = 'must be left out when input.kind is rows: there is no encoder';
    found.push({ path: ['distil'], message });
  }
  if (training.keep === 'last' && training.patience !== undefined) {
    const message = 'must be left out when training.keep is last: no epoch is better than another';
    found.push({ path: ['training', 'patience'], message });
  }
  if (training.standardize && training.train === 'everything') {
    const message =
      'must be left out when training.train is everything: it is measured on an encoder that is not trained yet; train the recurrent network first, and the encoder by finetune';
    found.push({ path: ['training', 'standardize'], message });
  }
  if (training.schedule === 'one-cycle') {
    const message = 'must be 0 when training.schedule is one-cycle: it warms up by itself';
    if (training.warmupEpochs > 0) found.push({ path: ['training', 'warmupEpochs'], message });
    for (const [index, { warmupEpochs }] of (finetune ?? []).entries()) {
      if (warmupEpochs) found.push({ path: ['finetune', String(index), 'warmupEpochs'], message });
    }
  }
  return found;
}

function contradictingStreams(
  { streams, gap, fusion }: FramesInput,
  { data, training, finetune }: Pipeline,
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
  { data, input }: Pipeline,
): Contradiction[] {
  const at = (message: string, ...path: string[]): Contradiction => ({
    path: ['training', 'augmentation', ...path],
    message,
  });
  if (input.kind === 'rows')
    return [at('must be left out when input.kind is rows: only frames are augmented')];
  const { sampling } = input;
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
const LABELS_CHANGED: Record<NonNullable<Pipeline['data']>['kind'], { readonly [name in Change]?: string }> =
  {
    folder: {},
    motion: {
      reverse: 'each motion is another class played backwards',
      flip: 'clockwise is counter-clockwise in a mirror',
    },
    mnist: { reverse: STILL, speed: STILL, timeJitter: STILL, flip: 'a digit in a mirror is none' },
  };
