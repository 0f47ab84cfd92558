import type { FramesInput, Pipeline } from './config.js';

interface Contradiction {
  readonly path: string[];
  readonly message: string;
}

/** Settings that are sound by themselves but not together. */
export function contradictions(pipeline: Pipeline): Contradiction[] {
  const { data, input, recurrent, training, finetune } = pipeline;
  const found: Contradiction[] = [];
  if (data?.kind === 'motion' && data.train.seed === data.test.seed) {
    const message = 'must differ from data.train.seed: the same seed gives the same clips';
    found.push({ path: ['data', 'test', 'seed'], message });
  }
  if (input.kind === 'frames' && input.encoder.weights === 'scratch' && training.train === 'recurrent') {
    const message =
      'must be everything when input.encoder.weights is scratch: an encoder that nobody trained says nothing';
    found.push({ path: ['training', 'train'], message });
  }
  if (input.kind === 'frames') found.push(...contradictingStreams(input, pipeline));
  if (recurrent.layers === 0 && recurrent.readout === 'last') {
    const message =
      'must be mean, attention or pooled when recurrent.layers is 0: without order, no timestep is the last';
    found.push({ path: ['recurrent', 'readout'], message });
  }
  if (input.kind === 'rows' && (training.train === 'everything' || finetune)) {
    const message = 'must be recurrent, without finetune, when input.kind is rows: there is no encoder';
    found.push({ path: ['training', 'train'], message });
  }
  if (training.keep === 'last' && training.patience !== undefined) {
    const message = 'must be left out when training.keep is last: no epoch is better than another';
    found.push({ path: ['training', 'patience'], message });
  }
  if (training.schedule === 'one-cycle' && training.warmupEpochs > 0) {
    const message = 'must be 0 when training.schedule is one-cycle: it warms up by itself';
    found.push({ path: ['training', 'warmupEpochs'], message });
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
  if (streams.length === 1 && fusion === 'average') {
    found.push({ path: ['input', 'fusion'], message: 'must be left out for one stream' });
  }
  if (streams.length > 1 && fusion === 'concatenate' && (training.train === 'everything' || finetune)) {
    const message =
      'must be average where the encoder is trained: it is trained for each stream apart from the others';
    found.push({ path: ['input', 'fusion'], message });
  }
  return found;
}
