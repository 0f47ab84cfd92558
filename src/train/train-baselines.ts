import { placesOfMembers } from '../engine/members.js';
import { type RecurrentSequence, takeTimesteps } from '../inputs/batches.js';
import type { SequenceReader } from '../inputs/sequence-reader.js';
import { initializeRecurrent } from '../network/initialize-network.js';
import type { Networks } from '../network/networks.js';
import type { RecurrentNetwork } from '../network/recurrent.js';
import { withoutStandardization } from '../network/standardize.js';
import { baselinesToTrain, type TrainedBaselineName } from '../tasks/classification/baselines.js';
import type { Weights } from '../tensors/tensor.js';
import { freshProgress } from './fit.js';
import { type Member, membersOf, readOwn } from './plan-members.js';
import { trainOnFeatures } from './run-stage.js';
import { stagesOf } from './stages.js';
import type { Training } from './train-stage.js';

/** A classifier that is trained: a linear classifier on what is left of a sequence. */
export interface TrainedBaseline {
  readonly name: TrainedBaselineName;
  readonly networks: Networks;
  /** As those of the finished model, whose encoders they share. */
  readonly members: readonly Weights[];
}

/**
 * Trains the baselines on the features that the finished network reads, with the settings of
 * its first stage: same parts, epochs, schedule and patience.
 */
export async function trainBaselines(
  run: Omit<Training, 'save'>,
  { members, read }: { members: readonly Weights[]; read: SequenceReader<RecurrentSequence> },
): Promise<TrainedBaseline[]> {
  const plain = { layers: 0, readout: 'mean', upper: undefined } as const;
  const recurrent: RecurrentNetwork = { ...run.networks.recurrent, ...plain };
  const networks = { ...run.networks, recurrent };
  const places = placesOfMembers(run.networks, members);
  const trained: TrainedBaseline[] = [];
  for (const name of baselinesToTrain(run.pipeline, run.train)) {
    const reader = name === 'middle' ? middleOnly(read) : read;
    const own: Weights[] = [];
    for (const [index, member] of membersOf(run.pipeline, networks).entries()) {
      const classifier = { name, networks, member, read: readOwn(reader, places[index]!) };
      own.push(new Map([...members[index]!, ...(await trainBaseline(run, classifier))]));
    }
    trained.push({ name, networks, members: own });
  }
  return trained;
}

async function trainBaseline(
  run: Omit<Training, 'save'>,
  classifier: {
    name: TrainedBaseline['name'];
    networks: Networks;
    member: Member;
    read: SequenceReader<RecurrentSequence>;
  },
): Promise<Weights> {
  const { name, networks, member, read } = classifier;
  const [first] = stagesOf(run.pipeline, run.networks);
  const { weights } = await trainOnFeatures(
    {
      ...run,
      networks,
      origin: null,
      // It is over in less time than it took to read the clips.
      save: async () => {},
      onEvent: (event) => {
        if (event.kind !== 'epoch') return;
        run.onEvent({ kind: 'classifier', name, epoch: event.record.epoch, epochs: event.epochs });
      },
    },
    {
      stage: { ...first!, scope: { kind: 'recurrent' } },
      member,
      start: initializeRecurrent(networks.recurrent, member.seed),
      progress: freshProgress(0, []),
      checkpoint: null,
    },
    read,
  );
  return withoutStandardization(networks.recurrent, weights);
}

/** Sequences as their middle timestep alone. */
function middleOnly(read: SequenceReader<RecurrentSequence>): SequenceReader<RecurrentSequence> {
  return async (example, view) => middleOf(await read(example, view));
}

/** The middle timestep of a sequence; of an even number, the later one. */
export const middleOf = (sequence: RecurrentSequence): RecurrentSequence =>
  takeTimesteps(sequence, [Math.floor(sequence.timesteps / 2)]);
