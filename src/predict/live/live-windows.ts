import type { FramesInput } from '../../inputs/video/frames-schema.js';
import { evaluationSampling } from '../../inputs/video/read-clip.js';
import type { LiveFrame } from '../../media/live/live-frames.js';
import { planPairs } from '../../media/pairs.js';
import {
  frameOnScreen,
  sampleFrames,
  sampleTimes,
  TIME_TOLERANCE_SECONDS,
  type Timeline,
} from '../../media/sampling.js';
import { type Span, type Windowing, windowAt } from '../batch/windows.js';
import type { EncodedFrame } from '../encode-run.js';

/** A window of a live source, of which all frames have come. */
export interface LiveWindow extends Span {
  readonly timesteps: readonly Timestep[];
}

interface Timestep {
  /** When its frame appears. */
  readonly timeSeconds: number;
  /** Null where the frame was dropped. */
  readonly features: Features;
}

type Features = Promise<Float32Array | null>;

interface OpenWindow extends Span {
  /** At which it looks; null where that is known only when all its frames are there. */
  readonly times: readonly number[] | null;
  /** The first ones, as far as they are known. */
  timesteps: Timestep[];
}

/** How much sooner than expected the next frame may come, as a share of the shortest interval of late. */
const EARLY = 0.1;
/** Intervals that are remembered for that. */
const INTERVALS = 8;

/**
 * Cuts a live source into windows, which read the same frames as those of a file do. A frame that some window reads is
 * encoded once, as soon as it is certain that it is read: for most models, before the window ends.
 */
export class LiveWindows {
  readonly #input: FramesInput;
  readonly #windowing: Windowing;
  readonly #encode: (frame: EncodedFrame) => Features;
  /** The latest frames, as far back as an open window looks. */
  readonly #frames: LiveFrame[] = [];
  /** How many came before these. */
  #passed = 0;
  /** Of frames, by their number and that of their partner. */
  readonly #features = new Map<string, { readonly frame: number; readonly features: Features }>();
  readonly #open: OpenWindow[] = [];
  #opened = 0;
  #startSeconds = 0;
  readonly #intervals: number[] = [];

  constructor(
    input: FramesInput,
    options: { windowing: Windowing; encode: (frame: EncodedFrame) => Features },
  ) {
    this.#input = input;
    this.#windowing = options.windowing;
    this.#encode = options.encode;
  }

  /** Most frames that may have to be encoded from one window to the next; those of a window that come at once among them. */
  static framesAStride(input: FramesInput, { windowSeconds, strideSeconds }: Windowing): number {
    const sampling = evaluationSampling(input.sampling);
    if (sampling.kind === 'keyframes') return sampling.maxFrames;
    const span = { startSeconds: 0, endSeconds: windowSeconds };
    const timesteps = sampleTimes({ sampling, span, seed: 0 }).length;
    return timesOf(input, span)
      ? Math.ceil(timesteps * Math.min(1, strideSeconds / windowSeconds))
      : timesteps;
  }

  /** @param frame that comes after all before it. @returns the windows that are whole now. */
  take(frame: LiveFrame): LiveWindow[] {
    const last = this.#frames.at(-1);
    if (!last) this.#startSeconds = frame.timeSeconds;
    else if (this.#intervals.push(frame.timeSeconds - last.timeSeconds) > INTERVALS) this.#intervals.shift();
    this.#frames.push(frame);
    const soon =
      this.#intervals.length > 0 ? this.#intervals.reduce((one, other) => Math.min(one, other)) : 0;
    return this.#advance(frame.timeSeconds + soon * (1 - EARLY));
  }

  /** @returns the windows that are whole when the source has ended: its last frame stays as long as the one before. */
  end(): LiveWindow[] {
    const last = this.#frames.at(-1);
    return last ? this.#advance(last.timeSeconds + (this.#intervals.at(-1) ?? 0)) : [];
  }

  /** @param certain until when it is known what is on screen. */
  #advance(certain: number): LiveWindow[] {
    this.#openUntil(certain);
    const timeline: Timeline = {
      startSeconds: Float64Array.from(this.#frames, ({ timeSeconds }) => timeSeconds),
      isKeyframe: this.#frames.map(({ isKeyframe }) => isKeyframe),
      durationSeconds: certain,
    };
    const whole = this.#open.filter((window) => this.#fill(window, timeline));
    for (const window of whole) this.#open.splice(this.#open.indexOf(window), 1);
    this.#forget(timeline);
    return whole;
  }

  #openUntil(certain: number): void {
    for (;;) {
      const at = { startSeconds: this.#startSeconds, windowing: this.#windowing };
      const span = windowAt(this.#opened, at);
      if (span.startSeconds > certain) return;
      this.#opened += 1;
      this.#open.push({ ...span, times: timesOf(this.#input, span), timesteps: [] });
    }
  }

  /** @returns whether all its timesteps are known. */
  #fill(window: OpenWindow, timeline: Timeline): boolean {
    const { times, timesteps } = window;
    const certain = timeline.durationSeconds;
    if (!times) {
      if (window.endSeconds > certain + TIME_TOLERANCE_SECONDS) return false;
      window.timesteps = this.#wholeWindow(window, timeline);
      return true;
    }
    while (timesteps.length < times.length) {
      const seconds = times[timesteps.length]!;
      if (seconds + TIME_TOLERANCE_SECONDS >= certain) return false;
      timesteps.push(this.#timestep(frameOnScreen(timeline, seconds)));
    }
    return true;
  }

  #wholeWindow(span: Span, timeline: Timeline): Timestep[] {
    const { sampling, gap } = this.#input;
    const chosen = sampleFrames(timeline, { sampling: evaluationSampling(sampling), span, seed: 0 });
    if (!gap) return chosen.map((frame) => this.#timestep(frame));
    const { pairs } = planPairs(timeline, { chosen, span, gap });
    return pairs.map(([frame, partner]) => this.#timestep(frame, partner));
  }

  /** @param frame index among those that are held, as is its partner's. */
  #timestep(frame: number, partner?: number): Timestep {
    const { timeSeconds, pixels } = this.#frames[frame]!;
    const number = this.#passed + frame;
    const key = partner === undefined ? String(number) : `${number} ${this.#passed + partner}`;
    const known = this.#features.get(key);
    if (known) return { timeSeconds, features: known.features };
    const other = partner === undefined ? undefined : this.#frames[partner]!.pixels;
    const features = this.#encode({ pixels, partner: other });
    // Whoever reads the window hears of it.
    features.catch(() => {});
    this.#features.set(key, { frame: number, features });
    return { timeSeconds, features };
  }

  /** What no window looks at any more: those that begin later begin with the latest frame at the earliest. */
  #forget(timeline: Timeline): void {
    const latest = this.#frames.length - 1;
    // Of windows that know when they look, all is encoded by now but the latest frame.
    const oldest = this.#open.find(({ times }) => times === null);
    const needed = oldest ? frameOnScreen(timeline, oldest.startSeconds) : latest;
    this.#frames.splice(0, needed);
    this.#passed += needed;
    for (const [key, { frame }] of this.#features) if (frame < this.#passed) this.#features.delete(key);
  }
}

/** Null where a window has to be whole before it is known which frames it reads, or which ones these are compared with. */
function timesOf({ sampling: own, gap }: FramesInput, span: Span): number[] | null {
  const sampling = evaluationSampling(own);
  return gap || sampling.kind === 'keyframes' ? null : sampleTimes({ sampling, span, seed: 0 });
}
