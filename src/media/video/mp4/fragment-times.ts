import { type Box, childrenOf, demand, filmTrackOf, isOfFile, onlyChild, optionalChild } from './boxes.js';

/** The film's track, as the header of a fragmented MP4 describes it. */
export interface FilmTrack {
  readonly id: number;
  /** How long a frame is shown where a fragment does not say. */
  readonly sampleTicks: number;
}

/** A fragment of an MP4, ISO/IEC 14496-12, section 8.8. */
export interface Fragment {
  /** Where it begins in the file. */
  readonly start: number;
  readonly track: FilmTrack;
  /** Mostly one more than that of the fragment before, of whatever tracks. */
  readonly number: number;
  /** null where it has none of the film's frames. */
  readonly film: FilmSpan | null;
}

/** When a fragment's frames are decoded, in ticks of their track. */
export interface FilmSpan {
  /** NaN where the fragment does not say. */
  readonly startTicks: number;
  readonly durationTicks: number;
  readonly frames: number;
}

/** @returns null where the file is not fragmented, holds no film, or has a header of a rare kind. */
export function readFilmTrack(moov: Buffer): FilmTrack | null {
  return unlessOdd(() => {
    const boxes = childrenOf(moov);
    const track = filmTrackOf(boxes);
    const extended = optionalChild(boxes, 'mvex');
    demand(track !== undefined && extended !== undefined, 'It has no film in fragments');
    const header = onlyChild(track, 'tkhd');
    const id = header.readUInt32BE(header.readUInt8(0) === 1 ? 20 : 12);
    const defaults = childrenOf(extended).find(
      ({ type, content }) => type === 'trex' && content.readUInt32BE(4) === id,
    );
    return { id, sampleTicks: defaults?.content.readUInt32BE(12) ?? 0 };
  });
}

/** @returns null where the box is damaged. */
export function readFragment(
  moof: Buffer,
  { start, track }: Pick<Fragment, 'start' | 'track'>,
): Fragment | null {
  return unlessOdd(() => {
    const boxes = childrenOf(moof);
    const spans = boxes
      .filter(({ type }) => type === 'traf')
      .map(({ content }) => childrenOf(content))
      .filter((run) => onlyChild(run, 'tfhd').readUInt32BE(4) === track.id)
      .map((run) => spanOf(run, track));
    const film = spans.length === 0 ? null : spans.reduce(joinSpans);
    return { start, track, number: onlyChild(boxes, 'mfhd').readUInt32BE(4), film };
  });
}

const joinSpans = (one: FilmSpan, other: FilmSpan): FilmSpan => ({
  startTicks: one.startTicks,
  durationTicks: one.durationTicks + other.durationTicks,
  frames: one.frames + other.frames,
});

function spanOf(trackFragment: readonly Box[], track: FilmTrack): FilmSpan {
  const time = optionalChild(trackFragment, 'tfdt');
  const sampleTicks = ownSampleTicks(onlyChild(trackFragment, 'tfhd')) ?? track.sampleTicks;
  let [durationTicks, frames] = [0, 0];
  for (const { type, content } of trackFragment) {
    if (type !== 'trun') continue;
    const [flags, count] = [content.readUInt32BE(0), content.readUInt32BE(4)];
    const entryBytes = 4 * bitsOf(flags & 0xf00);
    const first = 8 + 4 * bitsOf(flags & 0x5);
    demand(content.length >= first + count * entryBytes, 'A table breaks off');
    frames += count;
    if ((flags & 0x100) === 0) durationTicks += count * sampleTicks;
    else
      for (let frame = 0; frame < count; frame++) {
        durationTicks += content.readUInt32BE(first + frame * entryBytes);
      }
  }
  return { startTicks: time ? readTime(time) : Number.NaN, durationTicks, frames };
}

const readTime = (time: Buffer): number =>
  time.readUInt8(0) === 1 ? Number(time.readBigUInt64BE(4)) : time.readUInt32BE(4);

/** A fragment's own default; undefined where it has none. */
function ownSampleTicks(header: Buffer): number | undefined {
  const flags = header.readUInt32BE(0);
  if ((flags & 0x8) === 0) return undefined;
  return header.readUInt32BE(8 + (flags & 0x1 ? 8 : 0) + (flags & 0x2 ? 4 : 0));
}

/** How many of the flags are set. */
const bitsOf = (flags: number): number => flags.toString(2).replaceAll('0', '').length;

/** How many fragments of a film a box `mfra` lists. */
export function countListed(mfra: Buffer, { id }: FilmTrack): number {
  const starts = new Set<string>();
  unlessOdd(() => {
    for (const { type, content } of childrenOf(mfra)) {
      if (type !== 'tfra' || content.readUInt32BE(4) !== id) continue;
      const width = content.readUInt8(0) === 1 ? 8 : 4;
      const numbers = content.readUInt32BE(8);
      const numbersBytes = 3 + ((numbers >> 4) & 3) + ((numbers >> 2) & 3) + (numbers & 3);
      const count = content.readUInt32BE(12);
      const entryBytes = 2 * width + numbersBytes;
      demand(content.length >= 16 + count * entryBytes, 'A table breaks off');
      for (let at = 16; at < 16 + count * entryBytes; at += entryBytes)
        starts.add(content.toString('hex', at + width, at + 2 * width));
    }
    return starts;
  });
  return starts.size;
}

/** How many bytes after a box `sidx` belong to what it lists; 0 where it is damaged. */
export function bytesListed(sidx: Buffer): number {
  const bytes = unlessOdd(() => {
    const isWide = sidx.readUInt8(0) === 1;
    const first = isWide ? Number(sidx.readBigUInt64BE(20)) : sidx.readUInt32BE(16);
    const at = isWide ? 28 : 20;
    let sum = first;
    for (let entry = 0; entry < sidx.readUInt16BE(at + 2); entry++)
      sum += sidx.readUInt32BE(at + 4 + 12 * entry) & 0x7fffffff;
    return sum;
  });
  return bytes ?? 0;
}

/** null where a box is not as it should be. */
function unlessOdd<T>(read: () => T): T | null {
  try {
    return read();
  } catch (thrown) {
    if (isOfFile(thrown)) return null;
    throw thrown;
  }
}
