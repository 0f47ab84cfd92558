import type { SequenceBatch } from '../../../inputs/batches.js';
import { concurrently } from '../../../platform/concurrently.js';
import type { StepResult, TrainingStep } from '../../engine.js';
import { batchFeeds } from '../batch-feeds.js';
import type { LentArray } from '../lent-array.js';
import { feedsOf, maskFeeds } from '../recurrent/network-inputs.js';
import type { Feed, TrainingSession } from '../session.js';
import type { Sessions } from '../sessions.js';
import { vector } from './adam-state.js';
import { LOSSES } from './loss.js';
import { totalElements } from './parameter-layout.js';
import { recurrentGradientGraph } from './step-graph.js';
import { type StepRequest, stepResult, updateBy, wantedFeeds } from './steps.js';
import type { TrainedNetwork } from './trained-network.js';

/** Sequences of a batch, from one to before another. */
export interface Shard {
  readonly start: number;
  readonly end: number;
}

/** What each shard takes besides its sequences is worth it from so many on. */
const FEWEST_SEQUENCES = 64;

/** Each needs a gradient by all weights. */
const MOST_SHARDS = 8;

/** With more weights, the ops of a step are so large that cores that share them hardly wait. */
const MOST_WEIGHTS = 2 ** 19;

/**
 * The shards that a batch is trained on in; one where it is not to be cut. They go by the batch and the network alone,
 * since sums in another order differ in their last bits: on any machine, a training comes to the same weights. Twice as
 * many each time, as cores are.
 */
export function shardsOf(trained: TrainedNetwork, batch: SequenceBatch): Shard[] {
  const sequences = batch.lengths.length;
  const most = canBeCut(trained, batch) ? Math.min(MOST_SHARDS, sequences / FEWEST_SEQUENCES) : 1;
  let count = 1;
  while (2 * count <= most) count *= 2;
  const startOf = (index: number) => Math.round((index * sequences) / count);
  return Array.from({ length: count }, (_, index) => ({ start: startOf(index), end: startOf(index + 1) }));
}

/** Whether all that a step reads and gives is of one sequence, or a sum over them, and it has many small ops. */
function canBeCut(
  { network, parameters, encoderParameterCount, loss, carriesStates }: TrainedNetwork,
  { kind }: SequenceBatch,
): boolean {
  return (
    kind === 'features' &&
    encoderParameterCount === 0 &&
    network.layers > 0 &&
    !network.upper &&
    !carriesStates &&
    LOSSES[loss].isBySequence &&
    totalElements(parameters) <= MOST_WEIGHTS
  );
}

/**
 * Shards side by side, each on one core: a step has hundreds of small ops, and cores that share an op wait for each
 * other after each of them. Their gradients are then added up in their order, whichever was there first.
 */
export async function stepInShards(
  request: StepRequest,
  { batch, shards }: { batch: SequenceBatch; shards: readonly Shard[] },
): Promise<StepResult> {
  const gradients = request.gradients.take(shards.length);
  const feeds = rowFeeds(request, batch);
  const free = [...request.ofCores];
  const results = await concurrently(
    [...shards.entries()],
    async ([index, shard]) => {
      const sessions = free.pop()!; // as many are under way as there are cores
      const part = { batch, shard, feeds, gradient: gradients[index]! };
      const result = await shardGradient(request, sessions, part);
      free.push(sessions);
      return result;
    },
    request.ofCores.length,
  );
  await updateBy(request, gradients);
  return {
    loss: results.reduce((sum, { loss }) => sum + loss, 0),
    correct: results.reduce((sum, { correct }) => sum + correct, 0),
  };
}

/** Of the whole batch, what has a row for each sequence: its vectors, what its loss reads, and the masks of dropout. */
function rowFeeds(request: StepRequest, batch: SequenceBatch): Record<string, Feed> {
  const { network } = request.trained;
  return {
    ...batchFeeds(network, batch),
    ...wantedFeeds(request, { placement: batch, timesteps: batch.timesteps }),
    ...maskFeeds(network, { sequences: [batch.lengths.length], seed: request.dropoutSeed }),
  };
}

interface ShardPart {
  readonly batch: SequenceBatch;
  readonly shard: Shard;
  /** See rowFeeds. */
  readonly feeds: Readonly<Record<string, Feed>>;
  /** Where the gradient is written. */
  readonly gradient: LentArray;
}

async function shardGradient(
  request: StepRequest,
  sessions: Sessions<TrainingSession>,
  { batch, shard, feeds, gradient }: ShardPart,
): Promise<StepResult> {
  const { trained, state, targets } = request;
  const session = await sessions.get('gradient', () =>
    recurrentGradientGraph(trained, { ofFeatures: false }),
  );
  const placement = { ...batch, lengths: batch.lengths.subarray(shard.start, shard.end) };
  const { data } = state.weights;
  const results = await session.run(
    {
      weights: { data, shape: [data.length] },
      ...feedsOf(session.inputNames, trained.network, { placement }),
      ...Object.fromEntries(Object.entries(feeds).map(([name, feed]) => [name, rowsOf(feed, shard)])),
    },
    { gradient: vector(gradient) },
  );
  const width = targets.length / batch.lengths.length;
  return stepResult({ ...request, targets: partOf(targets, shard, width) }, results);
}

/** Some of a feed's rows. */
function rowsOf({ data, shape: [rows = 0, ...row] }: Feed, shard: Shard): Feed {
  return { data: partOf(data, shard, data.length / rows), shape: [shard.end - shard.start, ...row] };
}

function partOf<T extends Feed['data'] | TrainingStep['targets']>(
  data: T,
  { start, end }: Shard,
  width: number,
): T {
  // Each kind of array has parts of its own kind.
  return data.subarray(start * width, end * width) as T;
}
