import { answerOf, isUnlike, type Limits } from '../../tasks/classification/answer.js';
import { concatenate } from '../../tensors/tensor.js';
import { answerFeatures, computed, type SharedModel } from '../classify-clip.js';
import { rankResult } from '../rank.js';
import type { LabelEvents } from './label-events.js';
import type { LiveWindow } from './live-windows.js';
import type { EndReason, WatchEvent } from './watch-options.js';

export interface Answering {
  readonly model: Pick<SharedModel, 'classify' | 'eachFrame'>;
  readonly labels: readonly string[];
  readonly limits: Limits;
  readonly top: number;
  readonly events: LabelEvents;
  readonly onEvent: (event: WatchEvent) => void;
}

/** Windows that wait: of more, the oldest is not answered. */
const MOST_WAITING = 2;

/** Answers windows one after the other, and says what follows from them. */
export class LiveAnswers {
  readonly #how: Answering;
  readonly #waiting: LiveWindow[] = [];
  #working: Promise<void> = Promise.resolve();
  #answered = 0;
  #dropped = 0;

  constructor(how: Answering) {
    this.#how = how;
  }

  get answered(): number {
    return this.#answered;
  }

  get dropped(): number {
    return this.#dropped;
  }

  /** @returns when it was answered, or passed over. Rejects with ComputeFailure. */
  answer(window: LiveWindow): Promise<void> {
    this.#waiting.push(window);
    if (this.#waiting.length > MOST_WAITING) {
      this.#waiting.shift();
      this.#dropped += 1;
    }
    this.#working = this.#working.then(async () => {
      const next = this.#waiting.shift();
      if (next) await this.#answer(next);
    });
    return this.#working;
  }

  /** Waits for all that was given, and ends what is shown. */
  async end(reason: EndReason): Promise<void> {
    await this.#working;
    this.#how.events.end(reason).forEach(this.#how.onEvent);
  }

  async #answer(window: LiveWindow): Promise<void> {
    const features = await computed(Promise.all(window.timesteps.map((timestep) => timestep.features)));
    const read = withStandIns(features);
    if (!read) {
      this.#dropped += 1;
      return;
    }
    const { model, labels, limits, top, events, onEvent } = this.#how;
    const timesteps = read.length;
    const result = await answerFeatures({ kind: 'features', data: concatenate(read), timesteps }, model);
    this.#answered += 1;
    const { startSeconds, endSeconds } = window;
    const timesSeconds = window.timesteps.map(({ timeSeconds }) => timeSeconds);
    const ranking = rankResult({ ...result, timesSeconds }, labels);
    const best = ranking[0]!;
    const { distance } = result;
    onEvent({
      kind: 'window',
      startSeconds,
      endSeconds,
      answer: answerOf({ best, distance }, limits),
      probability: best.probability,
      distance,
      top: ranking.slice(0, top),
      latestSeconds: timesSeconds.at(-1)!,
      dropped: features.filter((each) => each === null).length,
    });
    const known = isUnlike(distance, limits) ? null : result.probabilities;
    events.take(known, window).forEach(onEvent);
  }
}

/** For each that was dropped the one before, or of the first ones the one after; null where there is none at all. */
function withStandIns(features: ReadonlyArray<Float32Array | null>): Float32Array[] | null {
  const first = features.find((each) => each !== null);
  if (!first) return null;
  let latest = first;
  return features.map((each) => {
    latest = each ?? latest;
    return latest;
  });
}
