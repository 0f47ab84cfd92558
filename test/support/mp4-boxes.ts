/** An edit of a track: what of it is shown, for how long. */
export interface Edit {
  /** In ticks of the movie. */
  readonly durationTicks: number;
  /** In ticks of the track; -1: nothing is shown. */
  readonly mediaTicks: number;
}

/**
 * An MP4 file of one track with another edit list (ISO/IEC 14496-12, section 8.6.6), its header at the start
 * or at the end of the file.
 */
export function withEditList(file: Buffer, edits: readonly Edit[], place: 'start' | 'end'): Buffer {
  const boxes = childrenOf(file);
  const old = boxes.find(({ type }) => type === 'moov')!;
  const header = replaceEdits(old.content, edits);
  const others = boxes.filter(({ type }) => type !== 'moov' && type !== 'free');
  const data = others.find(({ type }) => type === 'mdat')!;
  const before = others.slice(0, others.indexOf(data)).reduce((sum, { bytes }) => sum + bytes, 0);
  const moved = before + (place === 'start' ? header.length : 0) - data.start;
  const moov = moveChunks(header, moved);
  const raw = others.map(({ start, bytes }) => file.subarray(start, start + bytes));
  const at = place === 'start' ? others.indexOf(data) : raw.length;
  return Buffer.concat([...raw.slice(0, at), moov, ...raw.slice(at)]);
}

/** Ticks a second of the movie, and of its first track. */
export function timeScales(file: Buffer): { movie: number; track: number } {
  const moov = childrenOf(childrenOf(file).find(({ type }) => type === 'moov')!.content);
  const track = childrenOf(moov.find(({ type }) => type === 'trak')!.content);
  const media = childrenOf(track.find(({ type }) => type === 'mdia')!.content);
  const scaleOf = (boxes: readonly Box[], name: string) =>
    boxes.find(({ type }) => type === name)!.content.readUInt32BE(12);
  return { movie: scaleOf(moov, 'mvhd'), track: scaleOf(media, 'mdhd') };
}

interface Box {
  readonly type: string;
  readonly start: number;
  readonly bytes: number;
  readonly content: Buffer;
}

function childrenOf(buffer: Buffer): Box[] {
  const boxes: Box[] = [];
  for (let start = 0; start < buffer.length; ) {
    const bytes = buffer.readUInt32BE(start);
    const type = buffer.toString('latin1', start + 4, start + 8);
    boxes.push({ type, start, bytes, content: buffer.subarray(start + 8, start + bytes) });
    start += bytes;
  }
  return boxes;
}

function replaceEdits(moov: Buffer, edits: readonly Edit[]): Buffer {
  return box(
    'moov',
    ...childrenOf(moov).map(({ type, content }) => {
      if (type !== 'trak') return box(type, content);
      const kept = childrenOf(content).filter((child) => child.type !== 'edts');
      const [head, ...rest] = kept.map((child) => box(child.type, child.content));
      return box('trak', head!, ...(edits.length > 0 ? [box('edts', editList(edits))] : []), ...rest);
    }),
  );
}

function editList(edits: readonly Edit[]): Buffer {
  const content = Buffer.alloc(8 + 12 * edits.length);
  content.writeUInt32BE(edits.length, 4);
  edits.forEach(({ durationTicks, mediaTicks }, index) => {
    content.writeUInt32BE(durationTicks, 8 + 12 * index);
    content.writeInt32BE(mediaTicks, 12 + 12 * index);
    content.writeUInt32BE(0x10000, 16 + 12 * index);
  });
  return box('elst', content);
}

/** Its offsets are from the file's start. */
function moveChunks(moov: Buffer, by: number): Buffer {
  const moved = Buffer.from(moov);
  for (let at = moved.indexOf('stco'); at >= 0; at = moved.indexOf('stco', at + 4)) {
    const count = moved.readUInt32BE(at + 8);
    for (let entry = 0; entry < count; entry++) {
      const place = at + 12 + 4 * entry;
      moved.writeUInt32BE(moved.readUInt32BE(place) + by, place);
    }
  }
  return moved;
}

function box(type: string, ...contents: readonly Buffer[]): Buffer {
  const header = Buffer.alloc(8);
  header.writeUInt32BE(contents.reduce((sum, { length }) => sum + length, 8));
  header.write(type, 4, 'latin1');
  return Buffer.concat([header, ...contents]);
}
