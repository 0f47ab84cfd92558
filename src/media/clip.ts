import type { StartProgram } from '../platform/child-process/program.js';
import type { PairGap, Preprocessing, Sampling } from './frame-schema.js';
import type { LocatedClip } from './locate.js';
import type { Pace } from './sampling.js';
import type { PlanChoice, PlanKind } from './video/decode-plan.js';

/** Decoding a two-hour film whole takes some minutes; a clip that takes longer than this hangs. */
export const DEFAULT_TIMEOUT_SECONDS = 600;

/** What is wanted of a clip or an image sequence. */
export interface FrameRequest {
  readonly sampling: Sampling;
  readonly preprocessing: Preprocessing;
  /** Gives each frame a partner, so much later in the clip. */
  readonly pairGap?: PairGap | undefined;
  /** Whether damaged frames are given, marked as such, where reading a clip otherwise fails. */
  readonly allowDamaged?: boolean | undefined;
  /** How a video may be decoded; `exact` when absent. */
  readonly plan?: PlanChoice | undefined;
  /** Threads that decode a video; as many as ffmpeg thinks fit when absent. */
  readonly decoderThreads?: number | undefined;
  /** Draws the times of `segments` sampling and of a pace with jitter; 0 when absent. */
  readonly seed?: number | undefined;
  /** As recorded when absent. */
  readonly pace?: Pace | undefined;
  /** Part of the clip to look at; the whole when absent. */
  readonly startSeconds?: number | undefined;
  readonly endSeconds?: number | undefined;
  /**
   * Longest time that one clip may take, probing and decoding together, not counting what the caller does
   * between frames; 600 when absent.
   */
  readonly timeoutSeconds?: number | undefined;
  /** How ffmpeg is started; from this process when absent. */
  readonly startProgram?: StartProgram | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface Frame {
  /**
   * Seconds from the clip's start. An image sequence counts one image a second; an animation has times of
   * its own.
   */
  readonly timeSeconds: number;
  /** uint8 RGB [size, size, 3], belonging to the caller. */
  readonly pixels: Uint8Array;
  /** Of the frame's partner, likewise; when partners were asked for. */
  readonly partner?: Uint8Array | undefined;
  /** Whether what it or its partner shows is partly made up, or another frame's since it cannot be decoded. */
  readonly isDamaged: boolean;
}

/** A clip whose frames can be read once, in order of time. */
export interface Clip {
  /** With what was found out about it, so that other parts of it open without another look. */
  readonly located: LocatedClip;
  /** Of a video: how it is decoded, unless that should fail. */
  readonly plan?: PlanKind | undefined;
  readonly durationSeconds: number;
  /** How many frames come when nothing goes wrong. */
  readonly frameCount: number;
  readonly frames: AsyncIterable<Frame>;
}

/** What the reader of one kind of clip finds in it. */
export type ClipContent = Omit<Clip, 'located'>;
