import type { ProbeReport } from '../probe-report.js';
import {
  childrenOf,
  demand,
  handlerOf,
  isOfFile,
  onlyChild,
  optionalChild,
  readMovieHeader,
} from './boxes.js';
import { readSampleTable, type SampleTable, type StoredFrames } from './samples.js';

/**
 * What ffprobe would say of an ordinary MP4 or QuickTime file, read out of its header in about a millisecond,
 * where starting ffprobe takes ten to eighty. Ordinary is: whole, not fragmented, one video track in H.264 or
 * H.265 whose frames come evenly and are all shown.
 *
 * @returns null for any other file, be it damaged, hostile or only rare.
 */
export async function readMp4Report(path: string): Promise<Mp4Report | null> {
  try {
    const { moov, fileBytes } = await readMovieHeader(path);
    return parseMovie(moov, fileBytes);
  } catch (thrown) {
    if (isOfFile(thrown)) return null;
    throw thrown;
  }
}

/** With what ffprobe does not say. */
export type Mp4Report = ProbeReport & { readonly stored: StoredFrames };

function parseMovie(moov: Buffer, fileBytes: number): Mp4Report {
  const boxes = childrenOf(moov);
  demand(!boxes.some(({ type }) => type === 'mvex' || type === 'cmov'), 'It is fragmented or compressed');
  const movieTicks = readTimeScale(onlyChild(boxes, 'mvhd')).ticksASecond;
  const tracks = boxes.filter(({ type }) => type === 'trak').map(({ content }) => childrenOf(content));
  const [track, ...others] = tracks.filter((candidate) => handlerOf(candidate) === 'vide');
  demand(track !== undefined && others.length === 0, 'It has no video track, or several');
  const media = childrenOf(onlyChild(track, 'mdia'));
  const time = readTimeScale(onlyChild(media, 'mdhd'));
  const information = childrenOf(onlyChild(media, 'minf'));
  const table = readSampleTable(information, fileBytes);
  const edits = optionalChild(track, 'edts');
  const shift = edits ? readShift(edits, { table, movieTicks, time }) : 0;
  const tables = childrenOf(onlyChild(information, 'stbl'));
  const stored = storedFrames(table, shift, {
    mvhd: onlyChild(boxes, 'mvhd'),
    tkhd: onlyChild(track, 'tkhd'),
    mdhd: onlyChild(media, 'mdhd'),
    hdlr: onlyChild(media, 'hdlr'),
    dinf: onlyChild(information, 'dinf'),
    stsd: onlyChild(tables, 'stsd'),
  });
  return { ...reportOf(table, { ...time, shift }), stored };
}

function storedFrames(table: SampleTable, shiftTicks: number, boxes: StoredFrames['boxes']): StoredFrames {
  const { sampleTicks, offsets, isKeyframe, codec, starts, sizes } = table;
  const shownAt = (sample: number) => sample * sampleTicks + offsets[sample]!;
  const samplesInOrderShown = Uint32Array.from(sizes.keys()).sort(
    (one, other) => shownAt(one) - shownAt(other),
  );
  const isWide = boxes.tkhd.readUInt8(0) === 1;
  return {
    sampleTicks,
    offsets,
    isKeyframe,
    codec,
    starts,
    sizes,
    shiftTicks,
    samplesInOrderShown,
    trackId: boxes.tkhd.readUInt32BE(isWide ? 20 : 12),
    boxes,
  };
}

interface TimeScale {
  readonly ticksASecond: number;
  readonly durationTicks: number;
}

/** Of `mvhd` and `mdhd`, which begin the same: version and flags, two dates, the scale, the length. */
function readTimeScale(header: Buffer): TimeScale {
  const isWide = header.readUInt8(0) === 1;
  const ticksASecond = header.readUInt32BE(isWide ? 20 : 12);
  demand(ticksASecond > 0, 'It has no time scale');
  return {
    ticksASecond,
    durationTicks: isWide ? Number(header.readBigUInt64BE(24)) : header.readUInt32BE(16),
  };
}

/**
 * How far an edit list moves the frames: one edit that shows them all, its start the first frame's time, is how
 * encoders make up for the delay of frames that are stored out of order.
 */
function readShift(
  edits: Buffer,
  { table, movieTicks, time }: { table: SampleTable; movieTicks: number; time: TimeScale },
): number {
  const list = onlyChild(childrenOf(edits), 'elst');
  const isWide = list.readUInt8(0) === 1;
  demand(list.readUInt32BE(4) === 1, 'It is edited');
  const length = isWide ? Number(list.readBigUInt64BE(8)) : list.readUInt32BE(8);
  const start = isWide ? Number(list.readBigInt64BE(16)) : list.readInt32BE(12);
  const rate = list.readInt32BE(isWide ? 24 : 16);
  const end = start + Math.floor((length / movieTicks) * time.ticksASecond);
  const lastNeeded = table.isReordered ? table.latest + 1 : time.durationTicks - 1;
  demand(rate === NORMAL_RATE && start === table.earliest && end > lastNeeded, 'It is edited');
  return start;
}

/** 1.0 in 16.16 fixed point. */
const NORMAL_RATE = 0x10000;

function reportOf(
  table: SampleTable,
  { ticksASecond, durationTicks, shift }: TimeScale & { shift: number },
): ProbeReport {
  const seconds = (ticks: number) => asPrinted(ticks * (1 / ticksASecond));
  const last = table.count - 1;
  // Where all are stored in their order, the last one lasts until the track ends.
  const lastTicks = table.isReordered ? table.sampleTicks : durationTicks - last * table.sampleTicks;
  demand(lastTicks > 0, 'It ends before its last frame');
  return {
    format: { format_name: 'mov,mp4,m4a,3gp,3g2,mj2' },
    stream: {
      codec_name: table.codec.kind === 'h264' ? 'h264' : 'hevc',
      width: table.width,
      height: table.height,
      avg_frame_rate: ticksASecond / table.sampleTicks,
      nb_frames: table.count,
      duration: seconds(durationTicks),
      'tag:enc_key_id': undefined,
    },
    packets: Array.from({ length: table.count }, (_, sample) => ({
      presentationSeconds: seconds(sample * table.sampleTicks + table.offsets[sample]! - shift),
      decodingSeconds: seconds(sample * table.sampleTicks - shift),
      durationSeconds: seconds(sample === last ? lastTicks : table.sampleTicks),
      isKeyframe: table.isKeyframe[sample] === 1,
      isDiscarded: false,
    })),
    packetStarts: table.starts,
    packetBytes: table.sizes,
    leastPacketBytes: table.sizes.reduce((least, bytes) => Math.min(least, bytes)),
    exit: { kind: 'exited', exitCode: 0, errorLines: [] },
  };
}

/** As C prints "%f", which takes a tie to the even digit; toFixed takes it up. Ties are odd multiples of 1/128. */
function asPrinted(seconds: number): number {
  const isTie = Number.isInteger(seconds * 128) && (seconds * 128) % 2 !== 0;
  if (!isTie) return Number(seconds.toFixed(6));
  const below = Math.floor(seconds * 1e6);
  return (below % 2 === 0 ? below : below + 1) / 1e6;
}
