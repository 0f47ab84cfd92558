import { stat } from 'node:fs/promises';
import { UserError } from '../../errors.js';
import { interruption, oversized, quote, tooLargeFailure } from '../failures.js';
import type { RunLimits } from '../ffmpeg/ffmpeg.js';
import { MAX_PIXELS } from '../ffmpeg/safety.js';
import { readSignature } from '../file-signature.js';
import { readMp4Report } from './mp4/report.js';
import type { StoredFrames } from './mp4/samples.js';
import { type FrameIndex, indexFrames } from './packet-index.js';
import type { ProbeReport } from './probe-report.js';

/** What is known of a video before a frame of it is decoded. */
export interface Probe {
  readonly index: FrameIndex;
  /** As ffmpeg names it, such as `mov,mp4,m4a,3gp,3g2,mj2`. */
  readonly container: string;
  /** Of a frame. */
  readonly megapixels: number;
  /** Where the frames lie in an ordinary MP4 file; null elsewhere. */
  readonly stored: StoredFrames | null;
  /** Set when the file breaks off: the frames that it should have, as far as it says, and ffprobe's words. */
  readonly cutOff: { readonly declaredFrames: number | null; readonly words: string } | null;
}

type OpenReport = ProbeReport & {
  readonly format: NonNullable<ProbeReport['format']>;
  readonly stream: NonNullable<ProbeReport['stream']>;
};

/**
 * Reads a video's facts and the list of its packets, without decoding it.
 *
 * @param path of a file that is there and not empty.
 * @throws UserError `not_media`, `corrupt`, `no_video`, `no_frames`, `too_large`, `refused` (a playlist in
 *   disguise), `timeout`, `killed`, `aborted` or `missing_tool`.
 */
export async function probeVideo(path: string, limits: RunLimits): Promise<Probe> {
  // The packaged ffprobe takes some ten milliseconds to start, others eighty; a header is read in one.
  const ordinary = await readMp4Report(path);
  const unchecked = ordinary ?? (await askFfprobe(path, limits));
  const interrupted = interruption(path, unchecked.exit, limits.timeBudget);
  if (interrupted) throw interrupted;
  const report = await requireVideo(path, unchecked);
  const { format, stream, packets, exit } = report;
  const index = indexFrames(packets, {
    storesTimeStamps: format.format_name !== 'avi',
    framesPerSecond: stream.avg_frame_rate,
    durationSeconds: stream.duration,
  });
  if (!index) {
    throw new UserError('no_frames', {
      problem: `${path} has a video track without a single frame; ${quote(exit.errorLines)}.`,
      fix: 'Record or convert it again.',
    });
  }
  return {
    index,
    container: format.format_name,
    stored: ordinary?.stored ?? null,
    megapixels: (stream.width * stream.height) / 1e6 || UNKNOWN_MEGAPIXELS,
    cutOff: await findCutOff(path, report),
  };
}

async function askFfprobe(path: string, limits: RunLimits): Promise<ProbeReport> {
  // Ordinary clips are read sooner without what checks ffprobe's words.
  const { readProbeReport } = await import('./probe-report.js');
  return readProbeReport(path, limits);
}

/** 720p, where the container does not tell the size. */
const UNKNOWN_MEGAPIXELS = 0.92;

async function requireVideo(path: string, report: ProbeReport): Promise<OpenReport> {
  const { format, stream, exit } = report;
  const size = oversized(exit.errorLines);
  if (size) throw tooLargeFailure(path, size);
  if (!format) throw await openingFailure(path, exit.errorLines);
  if (!stream) {
    throw new UserError('no_video', {
      problem: `${path} has no video: at most sound, or a cover picture.`,
      fix: 'Give a file with a video track.',
    });
  }
  const { width, height } = stream;
  if (width * height > MAX_PIXELS) throw tooLargeFailure(path, `${width}x${height}`);
  return { ...report, format, stream };
}

/** Demuxers that lead to other files; the first pattern is how newer ffmpegs pass over a disguised playlist. */
const PLAYLIST = /Not detecting m3u8|\[(?:hls|hls,applehttp|concat|dash|imf|sdp|webm_dash_manifest)[ \]]/;

async function openingFailure(path: string, errorLines: readonly string[]): Promise<UserError> {
  if (errorLines.some((line) => PLAYLIST.test(line))) {
    return new UserError('refused', {
      problem: `${path} is not a video but a playlist that points to other files; ${quote(errorLines)}.`,
      fix: 'Give the files themselves; playlists are never followed, since they can name any file or address.',
    });
  }
  if ((await readSignature(path)) === 'video') {
    return new UserError('corrupt', {
      problem: `${path} begins like a video but cannot be opened; ${quote(errorLines)}.`,
      fix: 'It was damaged or cut off, often a copy or a recording that did not finish: make it again.',
    });
  }
  return new UserError('not_media', {
    problem: `${path} is no video or image that can be read; ${quote(errorLines)}.`,
    fix: 'Give a video, or an image as JPEG, PNG, GIF, WebP, TIFF or AVIF, or leave this one out.',
  });
}

const BREAKS_OFF = /partial file|ended prematurely|Read error/;

/**
 * A file that was cut off is otherwise decoded without complaint. Containers that list their frames tell it:
 * MP4, unless the rest of the file could hold the missing ones, which an edit list then hides (a clip that
 * was trimmed without rewriting it); AVI, whose frames are evenly spaced, by its length. Matroska's reader
 * says so itself. A broadcast stream has no end that could be missing.
 */
async function findCutOff(path: string, report: OpenReport): Promise<Probe['cutOff']> {
  const { format, stream, packets, packetBytes, lastByte, exit } = report;
  const missing = stream.nb_frames - packets.length;
  const declaredFrames = missing > 0 ? stream.nb_frames : null;
  const words = quote(exit.errorLines);
  if (exit.errorLines.some((line) => BREAKS_OFF.test(line))) return { declaredFrames, words };
  if (!(missing > 0)) return null;
  if (format.format_name === 'avi') {
    const isShorter = stream.duration * stream.avg_frame_rate < stream.nb_frames * AVI_SHARE;
    return isShorter ? { declaredFrames, words } : null;
  }
  const bytesBehind = (await stat(path)).size - lastByte;
  const bytesNeeded = missing * (packetBytes / packets.length);
  return bytesBehind < bytesNeeded / 2 ? { declaredFrames, words } : null;
}

/** Headers are off by a few frames in many an AVI. */
const AVI_SHARE = 0.9;
