import { type Box, childrenOf, demand, onlyChild, optionalChild } from './boxes.js';
import type { FrameCodec } from './nal-units.js';

/** Where and when the frames of a track are, in the order in which they are stored. */
export interface SampleTable {
  readonly count: number;
  /** From one frame to the next, in ticks of the track: the same for all. */
  readonly sampleTicks: number;
  /** Whether frames have offsets at all. */
  readonly isReordered: boolean;
  /** How much later each is shown than decoded, in ticks. */
  readonly offsets: Int32Array;
  /** Of what is shown first and last, in ticks. */
  readonly earliest: number;
  readonly latest: number;
  /** 1 for frames that are stored whole. */
  readonly isKeyframe: Uint8Array;
  readonly width: number;
  readonly height: number;
  readonly codec: FrameCodec;
  /** Where each frame begins in the file, and how many bytes it has. */
  readonly starts: Float64Array;
  readonly sizes: Uint32Array;
}

/** All that is needed to hand some of a track's frames to a decoder. */
export interface StoredFrames
  extends Pick<SampleTable, 'sampleTicks' | 'offsets' | 'isKeyframe' | 'codec' | 'starts' | 'sizes'> {
  /** By how much an edit list makes all times less. */
  readonly shiftTicks: number;
  /** The frames' places in the file, in the order in which they are shown. */
  readonly samplesInOrderShown: Uint32Array;
  readonly trackId: number;
  /** Contents of boxes, as they are in the file. */
  readonly boxes: Readonly<Record<'mvhd' | 'tkhd' | 'mdhd' | 'hdlr' | 'dinf' | 'stsd', Buffer>>;
}

/** 11 hours at 50 frames a second; see probe-report.ts, which refuses longer ones. */
const MAX_SAMPLES = 2_000_000;

/**
 * Reads the tables of a video track.
 *
 * @param mediaInformation children of `minf`.
 * @throws OutOfTheOrdinary, or RangeError where a table is shorter than it says.
 */
export function readSampleTable(mediaInformation: readonly Box[], fileBytes: number): SampleTable {
  demandOwnData(childrenOf(onlyChild(mediaInformation, 'dinf')));
  const tables = childrenOf(onlyChild(mediaInformation, 'stbl'));
  demand(!tables.some(isUncommon), 'It has tables of a rare kind');
  const sizes = readSizes(onlyChild(tables, 'stsz'));
  demand(!sizes.includes(0), 'It has an empty frame');
  const starts = findStarts(tables, sizes);
  demand(
    starts.every((start, sample) => start + sizes[sample]! <= fileBytes),
    'It breaks off',
  );
  const count = sizes.length;
  const composition = optionalChild(tables, 'ctts');
  const offsets = readOffsets(composition, count);
  const sampleTicks = readSampleTicks(onlyChild(tables, 'stts'), count);
  return {
    ...readDescription(onlyChild(tables, 'stsd')),
    count,
    sampleTicks,
    offsets,
    isReordered: composition !== undefined,
    ...shownRange(offsets, sampleTicks),
    isKeyframe: readKeyframes(optionalChild(tables, 'stss'), count),
    sizes,
    starts,
  };
}

/** Partly synchronous frames, compact sizes, and keyframes of an open group, which a sample group lists. */
function isUncommon({ type, content }: Box): boolean {
  if (type === 'sgpd' || type === 'sbgp') return content.toString('latin1', 4, 8) === 'rap ';
  return type === 'stps' || type === 'stz2';
}

/** A track's frames may lie in another file, or at another address. */
function demandOwnData(dataInformation: readonly Box[]): void {
  const references = onlyChild(dataInformation, 'dref');
  demand(references.readUInt32BE(4) === 1, 'It has several sources');
  const flags = childrenOf(references.subarray(8))[0]?.content.readUInt32BE(0) ?? 0;
  demand((flags & 1) === 1, 'Its data lie elsewhere');
}

/** Codecs of which the container's word for what is a keyframe counts: the box of their settings, where it has ... */
const CODECS: Record<string, { kind: FrameCodec['kind']; box: string; lengthAt: number }> = {
  // ... the bytes of a NAL unit's length, less one: ISO/IEC 14496-15, sections 5.3.3.1 and 8.3.3.1.
  avc1: { kind: 'h264', box: 'avcC', lengthAt: 4 },
  avc3: { kind: 'h264', box: 'avcC', lengthAt: 4 },
  hvc1: { kind: 'h265', box: 'hvcC', lengthAt: 21 },
  hev1: { kind: 'h265', box: 'hvcC', lengthAt: 21 },
};

function readDescription(descriptions: Buffer): Pick<SampleTable, 'width' | 'height' | 'codec'> {
  demand(descriptions.readUInt32BE(4) === 1, 'Its codec changes on the way');
  const codec = CODECS[descriptions.toString('latin1', 12, 16)];
  demand(codec !== undefined, 'It is in another codec');
  const [width, height] = [descriptions.readUInt16BE(40), descriptions.readUInt16BE(42)];
  demand(width > 0 && height > 0, 'It has no size');
  const entry = descriptions.subarray(8, 8 + descriptions.readUInt32BE(8));
  const settings = onlyChild(childrenOf(entry.subarray(VISUAL_ENTRY_BYTES)), codec.box);
  const lengthBytes = (settings.readUInt8(codec.lengthAt) & 3) + 1;
  return { width, height, codec: { kind: codec.kind, lengthBytes } };
}

/** Of a sample entry for pictures, before the boxes in it. */
const VISUAL_ENTRY_BYTES = 86;

/** @param table `stsz`. */
export function readSizes(table: Buffer): Uint32Array {
  const same = table.readUInt32BE(4);
  const count = table.readUInt32BE(8);
  demand(count > 0 && count <= MAX_SAMPLES, 'It has no frames, or too many');
  if (same > 0) return new Uint32Array(count).fill(same);
  demand(table.length === 12 + 4 * count, 'A table breaks off');
  return Uint32Array.from({ length: count }, (_, sample) => table.readUInt32BE(12 + 4 * sample));
}

/** The entries of a table that begins with their number: `width` numbers of 32 bits each. */
export function* entriesOf(table: Buffer, width: number): Generator<Buffer> {
  const count = table.readUInt32BE(4);
  demand(table.length >= 8 + count * width * 4, 'A table breaks off');
  for (let entry = 0; entry < count; entry++) {
    yield table.subarray(8 + entry * width * 4, 8 + (entry + 1) * width * 4);
  }
}

function readSampleTicks(table: Buffer, count: number): number {
  const lengths = new Set<number>();
  let samples = 0;
  for (const entry of entriesOf(table, 2)) {
    samples += entry.readUInt32BE(0);
    lengths.add(entry.readUInt32BE(4));
    demand(lengths.size === 1, 'Its frames do not come evenly');
  }
  const [ticks = 0] = lengths;
  demand(samples === count && ticks > 0 && ticks * count < Number.MAX_SAFE_INTEGER, 'Its times are wrong');
  return ticks;
}

function readOffsets(table: Buffer | undefined, count: number): Int32Array {
  const offsets = new Int32Array(count);
  if (!table) return offsets;
  let filled = 0;
  for (const entry of entriesOf(table, 2)) {
    const samples = entry.readUInt32BE(0);
    const offset = entry.readInt32BE(4);
    demand(samples <= count - filled && offset >= 0, 'Its times are wrong');
    offsets.fill(offset, filled, filled + samples);
    filled += samples;
  }
  demand(filled === count, 'Its times are wrong');
  return offsets;
}

function shownRange(offsets: Int32Array, sampleTicks: number): { earliest: number; latest: number } {
  const times = Float64Array.from(offsets, (offset, sample) => sample * sampleTicks + offset).sort();
  demand(
    times.every((time, index) => index === 0 || time > times[index - 1]!),
    'Its times are wrong',
  );
  return { earliest: times[0]!, latest: times[times.length - 1]! };
}

function readKeyframes(table: Buffer | undefined, count: number): Uint8Array {
  const isKeyframe = new Uint8Array(count);
  if (!table) return isKeyframe.fill(1);
  let last = 0;
  for (const entry of entriesOf(table, 1)) {
    const sample = entry.readUInt32BE(0);
    demand(sample > last && sample <= count, 'Its keyframes are wrong');
    isKeyframe[sample - 1] = 1;
    last = sample;
  }
  demand(isKeyframe[0] === 1, 'It does not begin with a keyframe');
  return isKeyframe;
}

/** Where each frame begins, by following every chunk of them. @param tables children of `stbl`. */
export function findStarts(tables: readonly Box[], sizes: Uint32Array): Float64Array {
  const chunks = readChunks(tables);
  const runs = [...entriesOf(onlyChild(tables, 'stsc'), 3)];
  const starts = new Float64Array(sizes.length);
  let sample = 0;
  let run = -1;
  chunks.forEach((chunkStart, chunk) => {
    while (run + 1 < runs.length && runs[run + 1]!.readUInt32BE(0) <= chunk + 1) run += 1;
    const perChunk = runs[run]?.readUInt32BE(4) ?? 0;
    demand(perChunk > 0 && perChunk <= sizes.length - sample, 'Its chunks are wrong');
    let end = chunkStart;
    for (const next = sample + perChunk; sample < next; sample++) {
      starts[sample] = end;
      end += sizes[sample]!;
    }
  });
  demand(sample === sizes.length, 'Its chunks are wrong');
  return starts;
}

function readChunks(tables: readonly Box[]): number[] {
  const narrow = optionalChild(tables, 'stco');
  if (narrow) return Array.from(entriesOf(narrow, 1), (entry) => entry.readUInt32BE(0));
  return Array.from(entriesOf(onlyChild(tables, 'co64'), 2), (entry) => Number(entry.readBigUInt64BE(0)));
}
