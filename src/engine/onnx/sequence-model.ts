import type { SequenceBatch } from '../../inputs/batches.js';
import { IGNORED } from '../../network/losses.js';
import { answersTimesteps, type RecurrentNetwork } from '../../network/recurrent.js';
import { type States, statePartsOf, zeroStates } from '../../network/states.js';
import type { Weights } from '../../tensors/tensor.js';
import type { SequenceModel, SequenceRun, SequenceScore } from '../engine.js';
import { batchFeeds, withoutPadding } from './batch-feeds.js';
import { classFeeds } from './class-scores.js';
import { nextName, type SequenceAnswer, sequenceGraph } from './prediction-graph.js';
import { feedsOf } from './recurrent/network-inputs.js';
import type { Feed, OpenSession } from './session.js';
import { Sessions } from './sessions.js';

/** Compiled for what it is asked for. Owns onnxruntime's sessions until `release`. */
export class OnnxSequenceModel implements SequenceModel {
  readonly #network: RecurrentNetwork;
  readonly #weights: Weights;
  readonly #sessions: Sessions;
  #isReleased = false;

  constructor(open: OpenSession, network: RecurrentNetwork, weights: Weights) {
    if (!answersTimesteps(network)) throw new Error('This network answers sequences, not timesteps');
    this.#network = network;
    this.#weights = weights;
    this.#sessions = new Sessions(open);
  }

  async run(batch: SequenceBatch, states?: States): Promise<SequenceRun> {
    const { logits, ...next } = await this.#run('logits', { batch, states });
    return { logits: logits!, states: this.#statesOf(next) };
  }

  async score(batch: SequenceBatch, classes: Int32Array, states?: States): Promise<SequenceScore> {
    const wanted = withoutPadding(classes, batch, IGNORED);
    const shape = [batch.lengths.length, batch.timesteps];
    const feeds = classFeeds(wanted, { network: this.#network, shape });
    const { log_probabilities, ...next } = await this.#run('log_probabilities', { batch, states, feeds });
    const logProbabilities = log_probabilities!.map((value, place) =>
      wanted[place] === IGNORED ? 0 : value,
    );
    return { logProbabilities, states: this.#statesOf(next) };
  }

  release(): Promise<void> {
    this.#isReleased = true;
    return this.#sessions.release();
  }

  async #run(
    answer: SequenceAnswer,
    given: { batch: SequenceBatch; states: States | undefined; feeds?: Record<string, Feed> },
  ): Promise<Record<string, Float32Array>> {
    if (this.#isReleased) throw new Error('This network was released and cannot run any more');
    const network = this.#network;
    const { batch, states = zeroStates(network, batch.lengths.length), feeds } = given;
    const session = await this.#sessions.get(answer, () => sequenceGraph(network, this.#weights, answer));
    return session.run({
      ...feedsOf(session.inputNames, network, { placement: batch, states }),
      ...batchFeeds(network, batch),
      ...feeds,
    });
  }

  #statesOf(next: Record<string, Float32Array>): States {
    if (this.#network.source) return [];
    return statePartsOf(this.#network).map(({ name }) => next[nextName(name)]!);
  }
}
