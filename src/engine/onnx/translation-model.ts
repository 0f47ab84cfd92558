import type { TokenBatch } from '../../inputs/batches.js';
import type { RecurrentNetwork } from '../../network/recurrent.js';
import { type States, statePartsOf } from '../../network/states.js';
import type { Weights } from '../../tensors/tensor.js';
import type { NextTokens, SourceMemory, TranslationModel } from '../engine.js';
import { sourceFeeds } from './batch-feeds.js';
import type { Graph } from './graph.js';
import { indexFeed } from './index-feeds.js';
import { nextName, sourceGraph, startName, writerGraph } from './prediction-graph.js';
import { feedsOf } from './recurrent/network-inputs.js';
import type { OpenSession } from './session.js';
import { Sessions } from './sessions.js';

/** Owns onnxruntime's sessions until `release`. */
export class OnnxTranslationModel implements TranslationModel {
  readonly #network: RecurrentNetwork;
  readonly #weights: Weights;
  readonly #sessions: Sessions;
  #isReleased = false;

  constructor(open: OpenSession, network: RecurrentNetwork, weights: Weights) {
    if (!network.source) throw new Error('This network reads no source');
    this.#network = network;
    this.#weights = weights;
    this.#sessions = new Sessions(open);
  }

  async read(source: TokenBatch): Promise<SourceMemory> {
    const network = this.#network;
    const session = await this.#session('source', sourceGraph);
    const { memory, ...start } = await session.run({
      ...feedsOf(session.inputNames, network, { placement: { ...source, source } }),
      ...sourceFeeds(network, { ...source, source }),
    });
    const states = statePartsOf(network).map(({ name }) => start[startName(name)]!);
    const { lengths, timesteps } = source;
    return { data: memory!, lengths, timesteps, states };
  }

  async next(
    tokens: Int32Array,
    { memory, states }: { memory: SourceMemory; states: States },
  ): Promise<NextTokens> {
    const network = this.#network;
    const rows = tokens.length;
    const { data, timesteps } = memory;
    const session = await this.#session('writer', writerGraph);
    const lengths = new Int32Array(rows).fill(1);
    const placement = { lengths, timesteps: 1, source: memory };
    const { log_probabilities, attention, ...after } = await session.run({
      ...feedsOf(session.inputNames, network, { placement, states }),
      tokens: indexFeed(tokens, { shape: [rows, 1], rows: network.tokens! }),
      memory: { data, shape: [rows, timesteps, data.length / (rows * timesteps)] },
    });
    return {
      logProbabilities: log_probabilities!,
      attention: attention!,
      states: statePartsOf(network).map(({ name }) => after[nextName(name)]!),
    };
  }

  release(): Promise<void> {
    this.#isReleased = true;
    return this.#sessions.release();
  }

  #session(name: string, graphOf: (network: RecurrentNetwork, weights: Weights) => Graph) {
    if (this.#isReleased) throw new Error('This network was released and cannot run any more');
    return this.#sessions.get(name, () => graphOf(this.#network, this.#weights));
  }
}
