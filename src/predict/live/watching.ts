import type { FramesInput } from '../../inputs/video/frames-schema.js';
import type { LiveFrame } from '../../media/live/live-frames.js';
import type { Windowing } from '../batch/windows.js';
import type { LatestFrames } from './latest-frames.js';
import type { LiveAnswers } from './live-answers.js';
import { LiveWindows } from './live-windows.js';
import type { EndReason } from './watch-options.js';

/** A stamp that is earlier than one before by more than this, or later, is of another beginning of the source. */
const LONGEST_STEP_BACK_SECONDS = 1;
const LONGEST_STEP_SECONDS = 60;

/** How much faster a camera's clock may go than this machine's: more than any does. */
const CLOCK_DRIFT = 0.001;

interface Watched {
  readonly input: FramesInput;
  readonly windowing: Windowing;
  readonly encoder: LatestFrames;
  readonly answers: LiveAnswers;
  /** Is told that the model cannot compute. */
  readonly onFailure: (error: unknown) => void;
}

/** Frames of one source after the other, each of which begins with windows of its own, on one line of time. */
export class Watching {
  readonly #watched: Watched;
  #windows: LiveWindows | null = null;
  /** As the source stamps it. */
  #latestStamp = 0;
  /** Added to the stamps of the source. */
  #offset = 0;
  #latestSeconds = 0;
  /** When the first frame of all came, by the clock, and its time. */
  #origin: { readonly clock: number; readonly seconds: number } | null = null;

  constructor(watched: Watched) {
    this.#watched = watched;
  }

  /** Waits where the source is ahead of the clock, which is not live and can wait. */
  async take({ timeSeconds: stamp, ...frame }: LiveFrame): Promise<void> {
    const step = stamp - this.#latestStamp;
    if (this.#windows && (step < -LONGEST_STEP_BACK_SECONDS || step > LONGEST_STEP_SECONDS)) {
      await this.end('lost');
    }
    // As cameras stamp now and then: what was shown already.
    if (this.#windows && step <= 0) return;
    const windows = this.#windows ?? this.#begin(stamp);
    this.#latestStamp = stamp;
    this.#latestSeconds = stamp + this.#offset;
    const whole = windows.take({ ...frame, timeSeconds: this.#latestSeconds });
    if (!this.#isAhead()) return void whole.forEach((window) => void this.#answer(window));
    for (const window of whole) await this.#answer(window);
    await this.#watched.encoder.idle();
  }

  /** The source has ended, or begins anew. */
  async end(reason: EndReason): Promise<void> {
    const { answers } = this.#watched;
    const last = reason === 'ended' ? (this.#windows?.end() ?? []) : [];
    for (const window of last) await this.#answer(window);
    this.#windows = null;
    await answers.end(reason).catch(this.#watched.onFailure);
  }

  #begin(stamp: number): LiveWindows {
    const { input, windowing, encoder } = this.#watched;
    if (this.#origin) this.#offset = Math.max(this.#clockSeconds(), this.#latestSeconds) - stamp;
    this.#origin ??= { clock: performance.now(), seconds: stamp };
    this.#windows = new LiveWindows(input, { windowing, encode: (frame) => encoder.encode(frame) });
    return this.#windows;
  }

  #answer(window: Parameters<LiveAnswers['answer']>[0]): Promise<void> {
    return this.#watched.answers.answer(window).catch(this.#watched.onFailure);
  }

  /** What time it is by the clock, where frames came as they were shot. */
  #clockSeconds(): number {
    const { clock, seconds } = this.#origin!;
    return seconds + (performance.now() - clock) / 1000;
  }

  #isAhead(): boolean {
    const { seconds } = this.#origin!;
    return this.#latestSeconds - seconds > (this.#clockSeconds() - seconds) * (1 + CLOCK_DRIFT);
  }
}
