import type { FrameBatch, SequenceBatch } from '../../../inputs/batches.js';
import { Sessions } from '../sessions.js';
import type { Openers, SessionPool } from '../threads/session-pool.js';
import { totalElements } from './parameter-layout.js';
import { shardsOf } from './shards.js';
import type { StepSessions } from './steps.js';
import type { TrainedNetwork } from './trained-network.js';

/** Multiplications of the longest run in the main thread: 200 ms of a core that makes 50 thousand millions a second. */
const MOST_MULTIPLICATIONS = 1e10;

/** An update reads and writes each weight, its gradient and its moments, and takes as long as so many multiplications. */
const PER_UPDATE = 500;

/** The sessions of a trainer. It owns them until `release`, and the threads that they compute in, too. */
export class TrainerSessions {
  readonly #pool: SessionPool;
  readonly #here: StepSessions;
  readonly #elsewhere: StepSessions;

  constructor(pool: SessionPool) {
    this.#pool = pool;
    this.#here = sessionsOf(pool.here);
    this.#elsewhere = sessionsOf(pool.elsewhere);
  }

  /**
   * Short runs compute in the main thread, longer ones in others, during which the main thread hears signals and reads.
   * A batch is copied to them, and a core sleeps while its thread waits, so that its caches go cold: in a thread, a step of
   * 5 ms took 7 ms, one of 50 ms 20 % longer, and those of 150 ms about as long. What a step comes to is the same in both.
   */
  of(trained: TrainedNetwork, batch: SequenceBatch | FrameBatch): StepSessions {
    return longestRun(trained, batch) <= MOST_MULTIPLICATIONS ? this.#here : this.#elsewhere;
  }

  /** Gives back the memory of all sessions; what is asked for afterwards is compiled anew. */
  async clear(): Promise<void> {
    for (const { sessions, ofCores } of [this.#here, this.#elsewhere]) {
      for (const some of [sessions, ...ofCores]) await some.release();
    }
  }

  async release(): Promise<void> {
    await this.#pool.release();
    await this.clear();
  }
}

export const sessionsOf = ({ alone, ofCores }: Openers): StepSessions => ({
  sessions: new Sessions(alone),
  ofCores: ofCores.map((open) => new Sessions(open)),
});

/**
 * The multiplications of a step, or of one of its shards, roughly: with each weight at each timestep, once forward and twice
 * backward. An encoder always makes more than short runs do.
 */
export function longestRun(trained: TrainedNetwork, batch: SequenceBatch | FrameBatch): number {
  if (batch.kind === 'frames') return Number.POSITIVE_INFINITY;
  const timesteps = Math.max(batch.timesteps, batch.kind === 'tokens' ? (batch.source?.timesteps ?? 0) : 0);
  const perWeight = 3 * batch.lengths.length * timesteps + PER_UPDATE;
  return (totalElements(trained.parameters) * perWeight) / shardsOf(trained, batch).length;
}
