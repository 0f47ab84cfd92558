import { resolve } from 'node:path';
import { UserError } from '../../errors.js';
import { createTimeBudget } from '../../platform/child-process/time-budget.js';
import { replaceFile } from '../../platform/replace-file.js';
import { fileAddress, runFfmpeg } from './ffmpeg.js';
import { assertWritten } from './written.js';

export interface EncodeOptions {
  /** The file to write, overwritten when it is there; .mp4 for h264 and .webm for vp9 by custom. */
  readonly path: string;
  /** uint8 RGB [height, width, 3] each; taken before the next is asked for, so one buffer may serve all. */
  readonly frames: Iterable<Uint8Array> | AsyncIterable<Uint8Array>;
  /** Even, as 4:2:0 chroma demands. */
  readonly width: number;
  readonly height: number;
  readonly framesPerSecond: number;
  /** `h264`: libx264 in MP4. `vp9`: libvpx-vp9 in WebM. */
  readonly codec: 'h264' | 'vp9';
  /** The encoder's constant rate factor: 0 (best) to 51 for h264, to 63 for vp9. 23 and 32 are usual. */
  readonly quality: number;
  readonly signal?: AbortSignal;
}

const CODECS = {
  h264: {
    container: 'mp4',
    longestQuality: 51,
    options: ['-c:v', 'libx264', '-preset', 'medium', '-movflags', '+faststart'],
  },
  vp9: {
    container: 'webm',
    longestQuality: 63,
    // libvpx takes -crf as the quality only where no bit rate is set; at its other speeds a short clip takes
    // four times as long as with h264.
    options: ['-c:v', 'libvpx-vp9', '-b:v', '0', '-deadline', 'realtime', '-cpu-used', '5'],
  },
} as const;

/**
 * Writes frames to a video file. The same frames give the same bytes with the same ffmpeg: one thread, and
 * no version or date in the file. The file appears under its name when it is whole.
 *
 * @throws UserError `usage` for sizes that do not fit, `aborted`, `unreadable` with ffmpeg's words when it
 *   could not write; whatever `frames` throws.
 */
export async function encodeVideo(options: EncodeOptions): Promise<void> {
  checkOptions(options);
  await replaceFile(resolve(options.path), (temporary) => encodeTo(temporary, options), { isSynced: false });
}

async function encodeTo(path: string, options: EncodeOptions): Promise<void> {
  const codec = CODECS[options.codec];
  const output = runFfmpeg({
    source: 'pipe:0',
    inputOptions: [
      ...[
        '-v',
        'error',
        '-f',
        'rawvideo',
        '-pix_fmt',
        'rgb24',
        '-video_size',
        `${options.width}x${options.height}`,
      ],
      ...['-framerate', String(options.framesPerSecond)],
    ],
    outputOptions: [
      ...codec.options,
      ...['-crf', String(options.quality), '-pix_fmt', 'yuv420p', '-threads', '1'],
      ...['-map_metadata', '-1', '-fflags', '+bitexact', '-flags:v', '+bitexact', '-f', codec.container],
    ],
    target: fileAddress(path),
    input: wholeFrames(options),
    timeBudget: createTimeBudget(Number.POSITIVE_INFINITY),
    signal: options.signal,
  });
  for await (const event of output) {
    if (event.kind !== 'output') assertWritten(options.path, event);
  }
}

async function* wholeFrames({ frames, width, height }: EncodeOptions): AsyncGenerator<Uint8Array> {
  for await (const frame of frames) {
    if (frame.length !== width * height * 3) {
      throw new Error(`A frame has ${frame.length} bytes, expected ${width} x ${height} x 3`);
    }
    yield frame;
  }
}

function checkOptions({ path, width, height, codec, quality, framesPerSecond }: EncodeOptions): void {
  const even = [width, height].every((side) => Number.isInteger(side) && side >= 2 && side % 2 === 0);
  const { longestQuality } = CODECS[codec];
  if (even && framesPerSecond > 0 && quality >= 0 && quality <= longestQuality) return;
  throw new UserError('usage', {
    problem: `${path} cannot be written as ${width}x${height} at ${framesPerSecond} frames a second, quality ${quality}.`,
    fix: `Give even sides of at least 2 pixels, a positive frame rate, and a quality of 0 to ${longestQuality}.`,
  });
}
