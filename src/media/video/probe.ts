import { extname } from 'node:path';
import { UserError } from '../../errors.js';
import { interruption, oversized, quote, tooLargeFailure } from '../failures.js';
import type { Coding } from '../ffmpeg/decoders.js';
import type { RunLimits } from '../ffmpeg/ffmpeg.js';
import { MAX_PIXELS } from '../ffmpeg/safety.js';
import { readSignature } from '../file-signature.js';
import { withinTime } from './bytes-in-time.js';
import { codedIndex, holdsFramesBack } from './coded-order.js';
import type { Losses } from './losses/lost-packets.js';
import { isHeaderCutOff } from './mp4/boxes.js';
import { isVideoEncrypted } from './mp4/encryption.js';
import { findFilm } from './mp4/film.js';
import { countPresentSamples } from './mp4/present-samples.js';
import { readMp4Report } from './mp4/report.js';
import type { StoredFrames } from './mp4/samples.js';
import {
  evenPeriod,
  type FrameIndex,
  indexFrames,
  isInOrder,
  isTimed,
  type Seam,
  seamsOf,
  shownPackets,
  withMissing,
} from './packet-index.js';
import type { ProbeReport } from './probe-report.js';
import type { VideoFile } from './video-file.js';

/** What is known of a video before a frame of it is decoded. */
export interface Probe {
  readonly index: FrameIndex;
  readonly file: VideoFile;
  /** As ffmpeg names it, such as `mov,mp4,m4a,3gp,3g2,mj2`. */
  readonly container: string;
  readonly coding: Coding;
  /** Of a frame. */
  readonly megapixels: number;
  /** The same by its sides; null where the container does not give it. */
  readonly size: { readonly width: number; readonly height: number } | null;
  /** Where the frames lie in an ordinary MP4 file; null elsewhere. */
  readonly stored: StoredFrames | null;
  /** Whether the container is damaged, so that what is found in it depends on where reading it begins. */
  readonly isContainerDamaged: boolean;
  /** Where the container shows that something is lost; null where nothing is. */
  readonly losses: Losses | null;
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
 * @param given that is there and not empty.
 * @throws UserError `not_media`, `corrupt`, `no_video`, `no_frames`, `too_large`, `refused` (a playlist in
 *   disguise), `unreadable` (encrypted, or joined of several streams or files), `timeout`, `killed`, `aborted` or `missing_tool`.
 */
export async function probeVideo(given: VideoFile, limits: RunLimits): Promise<Probe> {
  const { path } = given;
  // The packaged ffprobe takes some ten milliseconds to start, others eighty; a header is read in one.
  const ordinary = await readMp4Report(path);
  if (!ordinary) await refuseJoinedFilmsIn(path, limits);
  const file = ordinary ? given : { ...given, film: await filmOf(given, limits) };
  const unchecked = ordinary ?? (await askFfprobe(file, limits));
  const interrupted = interruption(path, unchecked.exit, limits.timeBudget);
  if (interrupted) throw interrupted;
  const report = await requireVideo(path, unchecked);
  const { format, stream, exit } = report;
  // Of an ordinary MP4, it is known that it is not.
  if (!ordinary && (await isEncrypted(path, report))) throw encryptedFailure(path);
  if (!ordinary) await refuseJoined(file, report, limits);
  const index = await indexOf(file, report, limits);
  if (!index) {
    throw new UserError('no_frames', {
      problem: `${path} has a video track without a single frame; ${quote(exit.errorLines)}.`,
      fix: 'Record or convert it again.',
    });
  }
  const losses = ordinary ? null : await findLossesOf(file, report, limits);
  return {
    index: losses?.missing ? withMissing(index, losses.missing) : index,
    file,
    container: format.format_name,
    coding: codingOf(report, index.codedPositions),
    stored: ordinary?.stored ?? null,
    megapixels: (stream.width * stream.height) / 1e6 || UNKNOWN_MEGAPIXELS,
    size: stream.width * stream.height > 0 ? { width: stream.width, height: stream.height } : null,
    isContainerDamaged:
      losses !== null || exit.errorLines.some((line) => isOfContainer(line, format.format_name)),
    losses,
    cutOff: await findCutOff(path, report, losses),
  };
}

const codingOf = ({ stream, packets }: OpenReport, codedPositions: FrameIndex['codedPositions']): Coding => {
  const codec = stream.codec_name;
  const isSimple = /^mpeg[12]video$/.test(codec ?? '') && isInOrder(packets);
  return { codec, isImmediate: codedPositions !== null || isSimple };
};

/** Where packets do not give the frames that come of them, ffmpeg is asked, which takes as long as decoding does. */
async function indexOf(file: VideoFile, report: OpenReport, limits: RunLimits): Promise<FrameIndex | null> {
  const { format, stream, packets, leastPacketBytes } = report;
  const framesPerSecond = stream.avg_frame_rate;
  const isProgramStream = format.format_name === 'mpeg';
  const period = isProgramStream ? evenPeriod(packets) : null;
  const index = indexFrames(packets, {
    // The demuxer of AVI makes stamps up; they are right where each packet is shown as it comes.
    storesTimeStamps: format.format_name !== 'avi' || isInOrder(packets),
    framesPerSecond,
    durationSeconds: period ? period * shownPackets(packets).length : stream.duration,
  });
  const isEdited =
    index?.kind === 'counted' && isTimed(packets) && packets.some(({ isDiscarded }) => isDiscarded);
  const hasFillers = format.format_name === 'avi' && leastPacketBytes <= FILLER_BYTES;
  const isCoded = holdsFramesBack(stream.codec_name) && !isInOrder(packets) && !isEdited && !hasFillers;
  const coded = isCoded ? codedIndex(shownPackets(packets), framesPerSecond) : null;
  if (coded) return coded;
  const isBroadcast = isProgramStream || format.format_name === 'mpegts';
  const seams = isBroadcast ? seamsOf(packets) : [];
  const pauses = seams.length > 0 ? await findPausesAmong(seams, { file, report, limits }) : [];
  // Frames without stamps of their own are not evenly spaced, then.
  const isPaused = pauses.length > 0 && index?.kind === 'counted';
  const isSparse = isProgramStream && index?.kind === 'counted' && period === null;
  const isUncertain = isEdited || hasFillers || isSparse || isPaused || pauses.length < seams.length;
  if (!isUncertain && !(isCoded && index?.kind === 'counted')) return index;
  const { indexByDecoding } = await import('./decoded-index.js');
  const { codec, isImmediate } = codingOf(report, null);
  const coding = { codec, isImmediate: isCoded || isImmediate };
  const codedPackets = isCoded ? packets : null;
  const isOneRecording = isSparse && pauses.length === seams.length;
  const clip = { file, limits, coding, framesPerSecond, isEdited, codedPackets, isOneRecording, pauses };
  return indexByDecoding(clip);
}

/**
 * Encoders of MPEG-4 fill AVI's even spacing with packets of one byte, of which no frame comes, or of a few, which say
 * that nothing changed and give one or none.
 */
const FILLER_BYTES = 8;

/** What a demuxer says of packets begins with its name, or with none. */
const isOfContainer = (line: string, container: string): boolean =>
  line.startsWith(`[${container}`) || !line.startsWith('[');

async function isEncrypted(path: string, { format, stream }: OpenReport): Promise<boolean> {
  if (stream['tag:enc_key_id'] !== undefined) return true;
  return format.format_name.startsWith('mov') && (await isVideoEncrypted(path));
}

function encryptedFailure(path: string): UserError {
  return new UserError('unreadable', {
    problem: `${path} is encrypted: its frames cannot be decoded without the key.`,
    fix: 'Give a copy without encryption (DRM), as the one who made it can.',
  });
}

async function refuseJoined(file: VideoFile, { format }: OpenReport, limits: RunLimits): Promise<void> {
  if (format.format_name === 'mpegts') {
    const { refuseJoinedParts } = await import('./joined-parts.js');
    await refuseJoinedParts(file, limits);
  }
}

/** Ordinary MP4 files are none. */
async function refuseJoinedFilmsIn(path: string, limits: RunLimits): Promise<void> {
  const { refuseJoinedFilms } = await import('./joined-containers.js');
  await refuseJoinedFilms(path, limits);
}

async function askFfprobe(file: VideoFile, limits: RunLimits): Promise<ProbeReport> {
  // Ordinary clips are read sooner without what checks ffprobe's words.
  const { readProbeReport } = await import('./probe-report.js');
  return readProbeReport(file, limits);
}

async function findLossesOf(file: VideoFile, report: OpenReport, limits: RunLimits): Promise<Losses | null> {
  const { findLosses } = await import('./losses/find-losses.js');
  return findLosses(file, report, limits);
}

async function findPausesAmong(
  seams: readonly Seam[],
  broadcast: { file: VideoFile; report: OpenReport; limits: RunLimits },
): Promise<Seam[]> {
  const { findPauses } = await import('./pauses.js');
  return findPauses(seams, broadcast);
}

async function filmOf({ path, demuxer }: VideoFile, limits: RunLimits): Promise<VideoFile['film']> {
  if (demuxer !== undefined) return undefined;
  const film = await findFilm(path);
  if (film) return film;
  const { closeGaps } = await import('./mp4/closed-gaps.js');
  return (await withinTime(path, limits, (readBytes) => closeGaps(path, readBytes))) ?? undefined;
}

/** 720p, where the container does not give the size. */
const UNKNOWN_MEGAPIXELS = 0.92;

async function requireVideo(path: string, report: ProbeReport): Promise<OpenReport> {
  const { format, stream, exit } = report;
  const size = oversized(exit.errorLines);
  if (size) throw tooLargeFailure(path, size);
  if (!format) throw await openingFailure(path, exit.errorLines);
  if (!stream && format.format_name.startsWith('mov') && (await isHeaderCutOff(path))) {
    throw unopenedFailure(path, 'breaks off within its header', exit.errorLines);
  }
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
  const picture = errorLines
    .flatMap((line) => /^\[(ico|image2|\w+_pipe) .*Format not on whitelist/.exec(line)?.[1] ?? [])
    .at(0);
  if (picture !== undefined) return pictureFailure(path, picture);
  if ((await readSignature(path)) === 'video') {
    return unopenedFailure(path, 'begins like a video but cannot be opened', errorLines);
  }
  return new UserError('not_media', {
    problem: `${path} is not a video or image that can be read; ${quote(errorLines)}.`,
    fix: 'Give a video, or an image as JPEG, PNG, GIF, WebP, TIFF or AVIF, or leave this one out.',
  });
}

/** By the demuxer that ffmpeg takes for it; image2 it takes by the name alone. */
function pictureFailure(path: string, demuxer: string): UserError {
  const isByName = demuxer === 'image2';
  const format = isByName ? extname(path).slice(1) : demuxer.replace('_pipe', '');
  return new UserError(isByName ? 'not_media' : 'unreadable', {
    problem: `${path} is ${isByName ? 'named like ' : ''}a picture in ${format.toUpperCase()}, which is not decoded here.`,
    fix: 'Save it as PNG or JPEG, or leave it out.',
  });
}

function unopenedFailure(path: string, what: string, errorLines: readonly string[]): UserError {
  return new UserError('corrupt', {
    problem: `${path} ${what}; ${quote(errorLines)}.`,
    fix: 'It was damaged or cut off, often a copy or a recording that did not finish: make it again.',
  });
}

const BREAKS_OFF = /partial file|ended prematurely|Read error/;

/**
 * A file that was cut off is otherwise decoded without complaint. Containers that list their frames show it: MP4, by
 * where each frame lies; AVI, whose frames are evenly spaced, by its length; WMV and animated PNG, by how many packets or pictures they have. Matroska's reader says so itself. A
 * broadcast stream has no end that could be missing.
 */
async function findCutOff(path: string, report: OpenReport, losses: Losses | null): Promise<Probe['cutOff']> {
  const { format, stream, packets, exit } = report;
  const words = quote(exit.errorLines);
  const samples = format.format_name.startsWith('mov') ? await countPresentSamples(path) : null;
  const listed = samples?.shown ?? stream.nb_frames;
  const declaredFrames = listed > packets.length ? listed : null;
  if (losses?.cutOff) return { declaredFrames: losses.cutOff.declaredFrames, words };
  if (exit.errorLines.some((line) => BREAKS_OFF.test(line))) return { declaredFrames, words };
  if (samples) return samples.present < samples.shown ? { declaredFrames, words } : null;
  if (format.format_name !== 'avi' || stream.nb_frames >= AVI_UNKNOWN) return null;
  const isShorter = stream.duration * stream.avg_frame_rate < stream.nb_frames * AVI_SHARE;
  return isShorter ? { declaredFrames, words } : null;
}

/** Headers are off by a few frames in many an AVI. */
const AVI_SHARE = 0.9;

/** What ffmpeg writes into a pipe for their number, which it does not know yet. */
const AVI_UNKNOWN = 2 ** 30;
