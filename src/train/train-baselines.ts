import { placesOfMembers } from '../engine/feature-places.js';
import { middleOf, type RecurrentSequence } from '../inputs/batches.js';
import type { SequenceReader } from '../inputs/sequence-reader.js';
import { initializeRecurrent } from '../network/initialize-network.js';
import { linearNetworks, type Networks } from '../network/networks.js';
import { withoutStandardization } from '../network/standardize.js';
import {
  baselinesToTrain,
  type TrainedBaseline,
  type TrainedBaselineName,
} from '../tasks/classification/baselines.js';
import type { Weights } from '../tensors/tensor.js';
import { freshProgress } from './fit.js';
import { type Member, membersOf, readOwn } from './plan-members.js';
import { trainOnFeatures } from './run-stage.js';
import { stagesOf } from './stages.js';
import type { Training } from './train-stage.js';

/**
 * Trains the baselines on the features that the finished network reads, with the settings of
 * its first stage: same parts, epochs, schedule and patience.
 */
export async function trainBaselines(
  run: Omit<Training, 'save'>,
  { members, read }: { members: readonly Weights[]; read: SequenceReader<RecurrentSequence> },
): Promise<TrainedBaseline[]> {
  const networks = linearNetworks(run.networks);
  const places = placesOfMembers(run.networks, members);
  const trained: TrainedBaseline[] = [];
  for (const name of baselinesToTrain(run.pipeline, run.train)) {
    const reader = name === 'middle' ? middleOnly(read) : read;
    const own: Weights[] = [];
    for (const [index, member] of membersOf(run.pipeline, networks).entries()) {
      const classifier = { name, networks, member, read: readOwn(reader, places[index]!) };
      own.push(await trainBaseline(run, classifier));
    }
    trained.push({ name, members: own });
  }
  return trained;
}

async function trainBaseline(
  run: Omit<Training, 'save'>,
  classifier: {
    name: TrainedBaselineName;
    networks: Networks;
    member: Member;
    read: SequenceReader<RecurrentSequence>;
  },
): Promise<Weights> {
  const { name, networks, member, read } = classifier;
  const [first] = stagesOf(run.pipeline);
  const { weights } = await trainOnFeatures(
    {
      ...run,
      networks,
      // No baseline is asked what is of no class.
      outliers: [],
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
