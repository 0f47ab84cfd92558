import type { StoredFrames } from './samples.js';

/** What comes before the fragments: the boxes of the original that say what the frames are, and no frames. */
export function initialSegment({ boxes, trackId }: StoredFrames): Buffer {
  const tables = box(
    'stbl',
    box('stsd', boxes.stsd),
    box('stts', words(0, 0)),
    box('stsc', words(0, 0)),
    box('stsz', words(0, 0, 0)),
    box('stco', words(0, 0)),
  );
  const information = box('minf', box('vmhd', words(1, 0, 0)), box('dinf', boxes.dinf), tables);
  const media = box('mdia', box('mdhd', boxes.mdhd), box('hdlr', boxes.hdlr), information);
  const track = box('trak', box('tkhd', boxes.tkhd), media);
  const fragmented = box('mvex', box('trex', words(0, trackId, 1, 0, 0, 0)));
  return Buffer.concat([
    box('ftyp', Buffer.from('isom'), words(512), Buffer.from('isomiso6')),
    box('moov', box('mvhd', boxes.mvhd), track, fragmented),
  ]);
}

/** One frame, with the time at which it is decoded and how much later it is shown. */
export function mediaSegment(
  stored: StoredFrames,
  { sample, sequence, bytes }: { sample: number; sequence: number; bytes: Buffer },
): Buffer {
  const decodingTicks = Buffer.alloc(8);
  decodingTicks.writeBigUInt64BE(BigInt(sample) * BigInt(stored.sampleTicks));
  const run = (dataOffset: number) => {
    const flags = stored.isKeyframe[sample] ? IS_KEYFRAME : IS_NO_KEYFRAME;
    return box(
      'trun',
      words(TRUN_FIELDS, 1, dataOffset, stored.sampleTicks, bytes.length, flags, stored.offsets[sample]!),
    );
  };
  const fragment = (dataOffset: number) =>
    box(
      'moof',
      box('mfhd', words(0, sequence)),
      box(
        'traf',
        box('tfhd', words(BASE_IS_FRAGMENT, stored.trackId)),
        box('tfdt', words(WIDE_TIME), decodingTicks),
        run(dataOffset),
      ),
    );
  // The data lie after the fragment's box and the header of their own.
  const { length } = fragment(0);
  return Buffer.concat([fragment(length + 8), box('mdat', bytes)]);
}

/** Of the frame: where its data lie, duration, size, flags, offset of its time. */
const TRUN_FIELDS = 0x00_0f01;
const IS_KEYFRAME = 0x0200_0000;
const IS_NO_KEYFRAME = 0x0101_0000;
const BASE_IS_FRAGMENT = 0x02_0000;
/** Version 1: 64 bits. */
const WIDE_TIME = 0x0100_0000;

function box(type: string, ...contents: readonly Buffer[]): Buffer {
  const header = Buffer.alloc(8);
  header.writeUInt32BE(contents.reduce((sum, { length }) => sum + length, header.length));
  header.write(type, 4, 'latin1');
  return Buffer.concat([header, ...contents]);
}

/** 32 bits each, some of them with a sign. */
function words(...values: readonly number[]): Buffer {
  const buffer = Buffer.alloc(4 * values.length);
  values.forEach((value, index) => {
    buffer.writeUInt32BE(value >>> 0, 4 * index);
  });
  return buffer;
}
