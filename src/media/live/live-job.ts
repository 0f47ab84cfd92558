import type { Readable } from 'node:stream';
import { type FfmpegJob, fileAddress, passthroughOptions, type RunLimits } from '../ffmpeg/ffmpeg.js';
import { MAX_PIXELS, safeInputOptions, safePipeOptions } from '../ffmpeg/safety.js';
import type { Preprocessing } from '../frame-schema.js';
import { inputFilters } from '../preprocessing.js';
import { stampFilter } from '../video/shown-frames.js';
import type { Camera, LiveSource } from './live-source.js';

/** A source that was opened: bytes that Clipstep reads itself, or what ffmpeg opens. */
export type OpenedSource =
  | Exclude<LiveSource, { kind: 'http' | 'pipe' }>
  | {
      readonly kind: 'bytes';
      readonly name: string;
      readonly stream: Readable;
      /** Which demuxer is to read them; the one that ffmpeg finds when absent. */
      readonly demuxer?: string | undefined;
    };

/** Of stamps, a second: fine enough for any camera. */
export const STAMPS_A_SECOND = 1_000_000;

/** What ffmpeg is to do to give every frame of a source as soon as it has it. */
export async function liveJob(
  source: OpenedSource,
  { preprocessing, ...limits }: RunLimits & { preprocessing: Preprocessing },
): Promise<FfmpegJob> {
  return {
    ...inputOf(source),
    inputOptions: [
      ...['-nostats', '-v', 'repeat+level+info'],
      // Not to wait for frames that other threads decode, nor long for what a stream may be.
      ...['-thread_type', 'slice', '-analyzeduration', '1000000', '-fpsprobesize', '0'],
      ...inputOptions(source),
    ],
    filter: [`settb=1/${STAMPS_A_SECOND}`, stampFilter(), ...inputFilters(preprocessing)].join(','),
    outputOptions: [
      ...['-map', '0:V:0', ...(await passthroughOptions())],
      ...['-enc_time_base', `1:${STAMPS_A_SECOND}`, '-f', 'rawvideo', '-pix_fmt', 'rgb24'],
      // Nor for what is written: raw pictures, too, are encoded by as many threads as there are cores, a frame each, and a
      // frame's last bytes come with the next one.
      ...['-threads', '1', '-flush_packets', '1'],
    ],
    target: 'pipe:1',
    ...limits,
  };
}

function inputOf(source: OpenedSource): Pick<FfmpegJob, 'source' | 'input'> {
  switch (source.kind) {
    case 'camera':
      return { source: source.device };
    case 'rtsp':
      return { source: source.address };
    case 'bytes':
      return { source: 'pipe:0', input: bytesOf(source.stream) };
    case 'file':
      return { source: fileAddress(source.path) };
  }
}

/** A connection that breaks off ends what came through it. */
async function* bytesOf(stream: Readable): AsyncGenerator<Uint8Array, void> {
  try {
    yield* stream as AsyncIterable<Uint8Array>;
  } catch {
    // What came is read to its end, as when it had ended by itself.
  }
}

function inputOptions(source: OpenedSource): readonly string[] {
  switch (source.kind) {
    case 'camera':
      return [...LOW_DELAY, ...cameraOptions(source)];
    case 'rtsp':
      return [...LOW_DELAY, ...RTSP_OPTIONS];
    case 'bytes':
      return safePipeOptions(source.demuxer);
    case 'file':
      return ['-re', ...safeInputOptions()];
  }
}

/** For what comes in the order in which it is shown: `low_delay` loses frames of others. */
const LOW_DELAY = ['-fflags', 'nobuffer', '-flags', 'low_delay'];

const cameraOptions = ({ format }: Camera): string[] => [
  ...['-f', format],
  // Without, avfoundation asks for a rate that few cameras have.
  ...(format === 'avfoundation' ? ['-framerate', '30'] : []),
];

/** Over the one connection that ffmpeg makes to the address: no server can have it open others, but by a redirect. */
const RTSP_OPTIONS = [
  // From the first packet on, not from the first that was not needed to find out what the stream is.
  '-copyts',
  ...['-rtsp_transport', 'tcp', '-protocol_whitelist', 'tcp,tls'],
  ...['-format_whitelist', 'rtsp', '-f', 'rtsp', '-max_pixels', String(MAX_PIXELS)],
];
