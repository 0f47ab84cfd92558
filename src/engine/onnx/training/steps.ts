import type { FrameBatch, SequenceBatch, TokenBatch } from '../../../inputs/batches.js';
import type { Placement } from '../../../network/placement.js';
import { type States, statePartsOf, zeroStates } from '../../../network/states.js';
import type { StepResult, TrainingStep } from '../../engine.js';
import { batchFeeds } from '../batch-feeds.js';
import { LentArray } from '../lent-array.js';
import { nextName } from '../prediction-graph.js';
import { feedsOf } from '../recurrent/network-inputs.js';
import type { Feed, TrainingSession } from '../session.js';
import type { Sessions } from '../sessions.js';
import { type AdamState, stateFeeds, stateTargets, vector } from './adam-state.js';
import type { EmbeddingRows } from './embedding-rows.js';
import { inParts, paddedFrames, padRows, placeFeatures, takeFeatures, validFrames } from './frame-feeds.js';
import type { GradientArrays } from './gradient-arrays.js';
import { LOSSES } from './loss.js';
import { totalElements } from './parameter-layout.js';
import {
  encodeGraph,
  encoderGradientGraph,
  framesStepGraph,
  gradientName,
  recurrentGradientGraph,
  sequenceStepGraph,
  updateGraph,
} from './step-graph.js';
import type { TrainedEncoder, TrainedNetwork, TrainedTable } from './trained-network.js';

/** The sessions that a step computes in. */
export interface StepSessions {
  /** Of runs that have all cores. */
  readonly sessions: Sessions<TrainingSession>;
  /** Of each core, for shards, which are computed side by side. */
  readonly ofCores: ReadonlyArray<Sessions<TrainingSession>>;
}

/** What one step reads and where it writes. */
export interface StepRequest extends Omit<TrainingStep, 'batch'>, StepSessions {
  readonly trained: TrainedNetwork;
  readonly gradients: GradientArrays;
  readonly state: AdamState;
  /** Gets the state after the step. */
  readonly next: AdamState;
  /** The rows of the embeddings' tables, which a step changes where they are. */
  readonly rows: readonly EmbeddingRows[];
  /** See updateFeeds. */
  readonly update: Record<string, Feed>;
}

/** One call of onnxruntime. */
export async function stepOnSequences(request: StepRequest, batch: SequenceBatch): Promise<StepResult> {
  const { trained, sessions, state, next, update, dropoutSeed } = request;
  const session = await sessions.get('sequence_step', () => sequenceStepGraph(trained));
  const rows = rowsOf(request, batch);
  const states = trained.carriesStates ? statesBefore(request, batch) : undefined;
  const feeds = {
    ...stateFeeds(state),
    ...update,
    ...feedsOf(session.inputNames, trained.network, { placement: batch, dropoutSeed, states }),
    ...wantedFeeds(request, { placement: batch, timesteps: batch.timesteps }),
    ...batchFeeds(trained.network, batch),
    ...rows.feeds,
  };
  const results = await session.run(feeds, stateTargets(next));
  rows.store(results);
  return stepResult(request, results);
}

/** What is fed of the embeddings' rows, in place of tokens the places of these, and what becomes of the outputs for them. */
function rowsOf(
  { trained: { tables }, rows: all, learningRate }: StepRequest,
  batch: SequenceBatch,
): { feeds: Record<string, Feed>; store: (results: Record<string, Float32Array>) => void } {
  const read = all.map((rows, index) => {
    const { of } = tables[index]!;
    const selection = rows.select(tokensOf(batch, of));
    const tokens = of === 'source' ? 'source_tokens' : 'tokens';
    return { rows, selection, feeds: { [tokens]: selection.places, ...rows.feeds(selection) } };
  });
  return {
    feeds: Object.fromEntries(read.flatMap(({ feeds }) => Object.entries<Feed>(feeds))),
    store: (results) => {
      for (const { rows, selection } of read) rows.store(selection, { results, learningRate });
    },
  };
}

function tokensOf(batch: SequenceBatch, of: TrainedTable['of']): TokenBatch {
  const tokens = of === 'source' && batch.kind === 'tokens' ? batch.source : batch;
  if (tokens?.kind !== 'tokens') throw new Error('A network of tokens was given none');
  return tokens;
}

function statesBefore(
  { trained: { network }, states }: StepRequest,
  { lengths, timesteps }: Placement,
): States {
  if (lengths.some((length) => length !== timesteps)) {
    throw new Error('States are carried on where all sequences of a batch are as long');
  }
  return states ?? zeroStates(network, lengths.length);
}

export function wantedFeeds(
  { trained: { network, loss }, targets, dropoutSeed: seed }: StepRequest,
  place: { placement: Placement; timesteps: number },
): Record<string, Feed> {
  return LOSSES[loss].feeds({ network, targets, seed, ...place });
}

export function stepResult(
  { trained: { network, loss, carriesStates }, targets }: StepRequest,
  results: Record<string, Float32Array>,
): StepResult {
  const correct = LOSSES[loss].correct(results, { network, targets });
  const states = carriesStates
    ? statePartsOf(network).map(({ name }) => results[nextName(name)]!)
    : undefined;
  return { loss: results.loss![0]!, correct, states };
}

/**
 * One call of onnxruntime, on a graph of one shape. Batches of fewer sequences or timesteps are filled up to
 * it, so that a short last one needs no other graph.
 */
export async function stepOnFrames(
  request: StepRequest,
  encoder: TrainedEncoder,
  { batch, shape }: { batch: FrameBatch; shape: FramesShape },
): Promise<StepResult> {
  const { trained, sessions, state, next, update, dropoutSeed } = request;
  const key = `frames_step ${shape.batch} x ${shape.timesteps}`;
  const session = await sessions.get(key, () => framesStepGraph(trained, encoder, shape));
  const { lengths } = batch;
  const placement = { lengths: paddedLengths(lengths, shape.batch), timesteps: shape.timesteps };
  const wanted = wantedFeeds(request, { placement: batch, timesteps: shape.timesteps });
  const padded = Object.entries(wanted).map(([name, feed]) => [name, padRows(feed, shape.batch)]);
  const feeds = {
    ...stateFeeds(state),
    ...update,
    ...feedsOf(session.inputNames, trained.network, { placement, dropoutSeed }),
    ...Object.fromEntries(padded),
    frames: paddedFrames(batch, shape),
  };
  return stepResult(request, await session.run(feeds, stateTargets(next)));
}

/** What a batch is filled up with are sequences of one timestep, each at a place of its own. */
function paddedLengths(lengths: Int32Array, count: number): Int32Array {
  const padded = new Int32Array(count).fill(1);
  padded.set(lengths);
  return padded;
}

/** Sequences and timesteps that a graph is built for. */
export interface FramesShape {
  readonly batch: number;
  readonly timesteps: number;
}

/**
 * For batches whose activations would not fit in memory together: the encoder runs over each part of the
 * frames twice, first for its features alone and, once the loss' gradient by the features is known, again to
 * carry that on to its weights.
 */
export async function stepInParts(
  request: StepRequest,
  encoder: TrainedEncoder,
  { batch, framesPerPart }: { batch: FrameBatch; framesPerPart: number },
): Promise<StepResult> {
  const { trained, sessions, gradients, state, dropoutSeed } = request;
  const weights = vector(state.weights);
  const parts = inParts(validFrames(batch), framesPerPart);
  const features = await encodeParts(request, encoder, parts);
  const recurrent = await sessions.get('recurrent_gradient', () =>
    recurrentGradientGraph(trained, { ofFeatures: true }),
  );
  const placed = placeFeatures(features, batch, trained.network.inputs);
  const results = await recurrent.run({
    weights,
    ...feedsOf(recurrent.inputNames, trained.network, { placement: batch, dropoutSeed }),
    features: placed,
    ...wantedFeeds(request, { placement: batch, timesteps: batch.timesteps }),
  });
  const { gradient, features_gradient } = results;
  const ofFeatures = takeFeatures(features_gradient!, batch, {
    width: trained.network.inputs,
    framesPerPart,
  });
  const all = gradients.take(1)[0]!;
  all.data.set(await carryOn(request, encoder, { parts, ofFeatures }));
  all.data.set(gradient!, all.data.length - gradient!.length);
  await updateBy(request, [all]);
  return stepResult(request, results);
}

/** The update by the sum of gradients. */
export async function updateBy(
  { trained, sessions, state, next, update }: StepRequest,
  gradients: readonly LentArray[],
): Promise<void> {
  const count = gradients.length;
  const session = await sessions.get(`update ${count}`, () => updateGraph(trained, count));
  const feeds = gradients.map((gradient, index) => [gradientName(index), vector(gradient)]);
  await session.run({ ...stateFeeds(state), ...update, ...Object.fromEntries(feeds) }, stateTargets(next));
}

/** The features of each part, [frames, featureCount]. */
async function encodeParts(
  { trained, sessions, state }: StepRequest,
  encoder: TrainedEncoder,
  parts: readonly Feed[],
): Promise<Float32Array[]> {
  const frameCount = parts[0]!.shape[0]!;
  const key = `encode ${frameCount}`;
  const session = await sessions.get(key, () => encodeGraph(trained, encoder, frameCount));
  const weights = vector(state.weights);
  const features: Float32Array[] = [];
  for (const frames of parts) features.push((await session.run({ weights, frames })).features!);
  return features;
}

/** From the loss' gradient by each part's features, its gradient by the trained weights of the encoder. */
async function carryOn(
  { trained, sessions, state }: StepRequest,
  encoder: TrainedEncoder,
  { parts, ofFeatures }: { parts: readonly Feed[]; ofFeatures: readonly Feed[] },
): Promise<Float32Array> {
  const ofEncoder = trained.parameters.slice(0, trained.encoderParameterCount);
  const zeros = () => new LentArray(new Float32Array(totalElements(ofEncoder)));
  let [sum, next] = [zeros(), zeros()];
  if (ofEncoder.length === 0) return sum.data;
  const frameCount = parts[0]!.shape[0]!;
  const key = `encoder_gradient ${frameCount}`;
  const session = await sessions.get(key, () => encoderGradientGraph(trained, encoder, frameCount));
  const weights = vector(state.weights);
  for (const [index, frames] of parts.entries()) {
    const feeds = { weights, frames, features_gradient: ofFeatures[index]!, gradient: vector(sum) };
    await session.run(feeds, { next_gradient: vector(next) });
    [sum, next] = [next, sum];
  }
  return sum.data;
}
