import {
  type Box,
  childrenOf,
  demand,
  firstVideoTrack,
  isOfFile,
  onlyChild,
  optionalChild,
  readAnyMovieHeader,
} from './boxes.js';
import { entriesOf, findStarts, readSizes } from './samples.js';

/** Of an MP4's video track, the frames that are to be shown, and how many of these lie in the file. */
export interface PresentSamples {
  readonly shown: number;
  readonly present: number;
}

/**
 * Holds a header's list of frames against the length of its file. Frames that an edit list hides are not missed,
 * wherever they lie.
 *
 * @returns null where no header lists them: it is fragmented, compressed or damaged, or the file is no MP4.
 */
export async function countPresentSamples(path: string): Promise<PresentSamples | null> {
  try {
    const { moov, fileBytes } = await readAnyMovieHeader(path);
    return countIn(childrenOf(moov), fileBytes);
  } catch (thrown) {
    if (isOfFile(thrown)) return null;
    throw thrown;
  }
}

function countIn(boxes: readonly Box[], fileBytes: number): PresentSamples {
  demand(!boxes.some(({ type }) => type === 'mvex'), 'It is fragmented');
  const track = firstVideoTrack(boxes);
  const media = childrenOf(onlyChild(track, 'mdia'));
  const tables = childrenOf(onlyChild(childrenOf(onlyChild(media, 'minf')), 'stbl'));
  const sizes = readSizes(onlyChild(tables, 'stsz'));
  const starts = findStarts(tables, sizes);
  const times = shownTicks(tables, sizes.length);
  const ticksAMovieTick = scaleOf(onlyChild(media, 'mdhd')) / scaleOf(onlyChild(boxes, 'mvhd'));
  const spans = editedSpans(optionalChild(track, 'edts'), ticksAMovieTick);
  const isShown = (sample: number) =>
    spans.some(({ start, end }) => times[sample]! >= start && times[sample]! < end);
  const shown = [...sizes.keys()].filter(isShown);
  const present = shown.filter((sample) => starts[sample]! + sizes[sample]! <= fileBytes);
  return { shown: shown.length, present: present.length };
}

/** Of `mvhd` and `mdhd`: ticks a second. */
const scaleOf = (header: Buffer): number => header.readUInt32BE(header.readUInt8(0) === 1 ? 20 : 12);

/** When each sample is shown, in the track's ticks. */
function shownTicks(tables: readonly Box[], count: number): Float64Array {
  const times = new Float64Array(count);
  let sample = 0;
  let time = 0;
  for (const entry of entriesOf(onlyChild(tables, 'stts'), 2)) {
    const [samples, ticks] = [entry.readUInt32BE(0), entry.readUInt32BE(4)];
    for (const end = Math.min(count, sample + samples); sample < end; sample++, time += ticks) {
      times[sample] = time;
    }
  }
  demand(sample === count, 'Its times are wrong');
  const composition = optionalChild(tables, 'ctts');
  let moved = 0;
  for (const entry of composition ? entriesOf(composition, 2) : []) {
    const end = Math.min(count, moved + entry.readUInt32BE(0));
    for (; moved < end; moved++) times[moved]! += entry.readInt32BE(4);
  }
  return times;
}

interface Span {
  readonly start: number;
  readonly end: number;
}

/** The parts of a track that its edit list shows, in the track's ticks: ISO/IEC 14496-12, section 8.6.6. */
function editedSpans(edits: Buffer | undefined, ticksAMovieTick: number): Span[] {
  const list = edits && optionalChild(childrenOf(edits), 'elst');
  if (!list || list.readUInt32BE(4) === 0)
    return [{ start: Number.NEGATIVE_INFINITY, end: Number.POSITIVE_INFINITY }];
  const isWide = list.readUInt8(0) === 1;
  return Array.from(entriesOf(list, isWide ? 5 : 3), (entry) => {
    const length = isWide ? Number(entry.readBigUInt64BE(0)) : entry.readUInt32BE(0);
    const start = isWide ? Number(entry.readBigInt64BE(8)) : entry.readInt32BE(4);
    // An edit of no length reaches to the track's end; one that starts before the track shows nothing.
    return { start, end: length === 0 ? Number.POSITIVE_INFINITY : start + length * ticksAMovieTick };
  }).filter(({ start }) => start >= 0);
}
