import * as z from 'zod';
import { UserError } from '../../errors.js';
import { ffmpegCommand } from '../ffmpeg/advice-command.js';
import { type RunLimits, runFfprobe, type ToolExit } from '../ffmpeg/ffmpeg.js';
import type { Packet } from './packet-index.js';
import { inputOf, type VideoFile } from './video-file.js';

/** What ffprobe says of a file, as far as it could read it. */
export interface ProbeReport {
  /** The container; null when the file could not be opened. */
  readonly format: z.infer<typeof formatSchema> | null;
  /** The first video track that is not a cover picture; null when there is none. */
  readonly stream: z.infer<typeof streamSchema> | null;
  /** The packets of that track, in the order of the file. */
  readonly packets: readonly Packet[];
  /** Where each begins in the file, in bytes; NaN where that is not known. */
  readonly packetStarts: ArrayLike<number>;
  /** How many bytes each has. */
  readonly packetBytes: ArrayLike<number>;
  /** Of the smallest packet; Infinity when there is none. */
  readonly leastPacketBytes: number;
  readonly exit: ToolExit;
}

const numberOrUnknown = z.string().optional().transform(toNumber);

/** A fraction such as 30000/1001; 0/0, which is not a number, when it is unknown. */
const fraction = z
  .string()
  .optional()
  .transform((text = '') => {
    const [numerator, denominator] = text.split('/').map(Number);
    return (numerator ?? Number.NaN) / (denominator ?? Number.NaN);
  });

const streamSchema = z.object({
  /** Of the packets in an MPEG-TS, such as `0x100`. */
  id: z.string().optional(),
  /** As ffmpeg names it, such as `vp9`; absent where it knows none. */
  codec_name: z.string().optional(),
  width: numberOrUnknown,
  height: numberOrUnknown,
  avg_frame_rate: fraction,
  nb_frames: numberOrUnknown,
  duration: numberOrUnknown,
  /** Of an encrypted track in Matroska. */
  'tag:enc_key_id': z.string().optional(),
});

const formatSchema = z.object({
  format_name: z.string(),
});

/** All in one run: starting ffprobe takes longer than reading the packets of a short clip. */
const ENTRIES = [
  'packet=pts_time,dts_time,duration_time,size,pos,flags',
  'stream=id,codec_name,width,height,avg_frame_rate,nb_frames,duration',
  'stream_tags=enc_key_id',
  'format=format_name',
].join(':');

/** 11 hours at 50 frames a second, and some 200 MB here. */
const MAX_PACKETS = 2_000_000;

/**
 * Runs ffprobe over a video file. Nothing is decoded beyond what opening the container takes.
 *
 * @throws UserError `too_large` for a film of more than MAX_PACKETS packets; `missing_tool`.
 */
export async function readProbeReport(file: VideoFile, limits: RunLimits): Promise<ProbeReport> {
  const packets: Packet[] = [];
  const packetStarts: number[] = [];
  const packetBytes: number[] = [];
  let stream: ProbeReport['stream'] = null;
  let format: ProbeReport['format'] = null;
  let leastPacketBytes = Number.POSITIVE_INFINITY;
  const takeLine = (line: string) => {
    const [kind, fields] = parseLine(line);
    if (kind === 'stream') stream = streamSchema.parse(fields);
    if (kind === 'format') format = formatSchema.parse(fields);
    if (kind !== 'packet') return;
    if (packets.length === MAX_PACKETS) throw tooManyPackets(file.path);
    packets.push(toPacket(fields));
    packetStarts.push(toNumber(fields.pos));
    packetBytes.push(toNumber(fields.size));
    leastPacketBytes = Math.min(leastPacketBytes, toNumber(fields.size) || Number.POSITIVE_INFINITY);
  };
  const { source, input, safeOptions } = inputOf(file);
  const options = [...safeOptions, '-select_streams', 'V:0', '-show_entries', ENTRIES, '-of', 'compact'];
  const exit = await runFfprobe({ source, input, options, ...limits }, takeLine);
  return { format, stream, packets, packetStarts, packetBytes, leastPacketBytes, exit };
}

/** `packet|pts_time=0.000000|flags=K__`: the kind of thing, and what is said of it. */
export function parseLine(line: string): [kind: string, fields: Record<string, string>] {
  const [kind = '', ...pairs] = line.split('|');
  const fields: Record<string, string> = {};
  for (const pair of pairs) {
    const equals = pair.indexOf('=');
    if (equals > 0) fields[pair.slice(0, equals)] = pair.slice(equals + 1);
  }
  return [kind, fields];
}

/** By hand, since there may be hundreds of thousands. */
function toPacket(fields: Record<string, string>): Packet {
  return {
    presentationSeconds: toNumber(fields.pts_time),
    decodingSeconds: toNumber(fields.dts_time),
    durationSeconds: toNumber(fields.duration_time),
    isKeyframe: fields.flags?.includes('K') ?? false,
    isDiscarded: fields.flags?.includes('D') ?? false,
  };
}

/** ffprobe writes N/A for what it does not know, which is not a number here. */
function toNumber(text: string | undefined): number {
  return text === undefined ? Number.NaN : Number(text);
}

function tooManyPackets(path: string): UserError {
  return new UserError('too_large', {
    problem: `${path} has more than ${MAX_PACKETS} frames.`,
    fix: `Cut it into shorter clips, for example: ${ffmpegCommand({ path, options: '-c copy -f segment -segment_time 3600', suffix: '-%03d' })}`,
  });
}
