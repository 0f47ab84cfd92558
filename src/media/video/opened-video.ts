import type { RunLimits } from '../ffmpeg/ffmpeg.js';
import type { Preprocessing } from '../frame-schema.js';
import type { Probe } from './probe.js';

/** A video whose frames are read. */
export interface OpenedVideo {
  readonly path: string;
  readonly preprocessing: Preprocessing;
  readonly decoderThreads: number | undefined;
  readonly allowDamaged: boolean;
  readonly limits: RunLimits;
  readonly probe: Probe;
}
