import type { FeatureSequence } from '../../data/batches.js';
import { placesOfMembers } from '../../engine/members.js';
import { initializeRecurrent } from '../../network/initialize.js';
import type { Networks } from '../../network/networks.js';
import type { RecurrentNetwork } from '../../network/recurrent.js';
import { withoutStandardization } from '../../network/standardize.js';
import type { Weights } from '../../tensors/tensor.js';
import { hasOrder, type RungName } from '../ladder/ladder.js';
import type { SequenceReader } from '../sequences.js';
import { freshProgress } from './fit.js';
import { type Member, membersOf, readOwn } from './members.js';
import { type Training, trainOnFeatures } from './run-stage.js';
import { stagesOf } from './stages.js';

/** A rung that is trained: a linear classifier on what is left of a sequence. */
export interface TrainedRung {
  readonly name: Extract<RungName, 'middle' | 'mean'>;
  readonly networks: Networks;
  /** As those of the finished model, whose encoders they share. */
  readonly members: readonly Weights[];
}

/**
 * Trains the lower rungs of the ladder on the features that the finished network reads, with the settings of
 * its first stage: same parts, epochs, schedule and patience.
 */
export async function trainRungs(
  run: Omit<Training, 'save'>,
  { members, read }: { members: readonly Weights[]; read: SequenceReader<FeatureSequence> },
): Promise<TrainedRung[]> {
  const recurrent: RecurrentNetwork = { ...run.networks.recurrent, layers: 0, readout: 'mean' };
  const networks = { ...run.networks, recurrent };
  const places = placesOfMembers(run.networks, members);
  const trained: TrainedRung[] = [];
  for (const name of rungsToTrain(run)) {
    const reader = name === 'middle' ? middleOnly(read) : read;
    const own: Weights[] = [];
    for (const [index, member] of membersOf(run.pipeline, networks).entries()) {
      const rung = { name, networks, member, read: readOwn(reader, places[index]!) };
      own.push(new Map([...members[index]!, ...(await trainRung(run, rung))]));
    }
    trained.push({ name, networks, members: own });
  }
  return trained;
}

/** A digit's middle row says little of it, and a rung that is the network itself says nothing new. */
function rungsToTrain(run: Omit<Training, 'save'>): Array<TrainedRung['name']> {
  if (!hasOrder(run.pipeline, run.train)) return [];
  const { layers, readout } = run.networks.recurrent;
  return [
    ...(run.pipeline.input.kind === 'frames' ? (['middle'] as const) : []),
    ...(layers === 0 && readout === 'mean' ? [] : (['mean'] as const)),
  ];
}

async function trainRung(
  run: Omit<Training, 'save'>,
  rung: {
    name: TrainedRung['name'];
    networks: Networks;
    member: Member;
    read: SequenceReader<FeatureSequence>;
  },
): Promise<Weights> {
  const { name, networks, member, read } = rung;
  const [first] = stagesOf(run.pipeline, run.networks);
  const { weights } = await trainOnFeatures(
    {
      ...run,
      networks,
      // It is over in less time than it took to read the clips.
      save: async () => {},
      onEvent: (event) => {
        if (event.kind !== 'epoch') return;
        run.onEvent({ kind: 'rung', name, epoch: event.record.epoch, epochs: event.epochs });
      },
    },
    {
      stage: { ...first!, scope: { kind: 'recurrent' } },
      member,
      start: initializeRecurrent(networks.recurrent, member.seed),
      progress: freshProgress(0, []),
    },
    read,
  );
  return withoutStandardization(networks.recurrent, weights);
}

/** Sequences as their middle timestep alone. */
function middleOnly(read: SequenceReader<FeatureSequence>): SequenceReader<FeatureSequence> {
  return async (example, view) => middleOf(await read(example, view));
}

/** The middle timestep of a sequence; of an even number, the later one. */
export function middleOf({ data, timesteps }: FeatureSequence): FeatureSequence {
  const width = data.length / timesteps;
  const start = Math.floor(timesteps / 2) * width;
  return { kind: 'features', data: data.slice(start, start + width), timesteps: 1 };
}
