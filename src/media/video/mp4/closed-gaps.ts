import type { ReadBytes } from '../../byte-window.js';
import type { Film } from './film.js';
import { type Gap, readFragmentedFile } from './fragmented-file.js';

/**
 * A fragmented film in which gaps have become free space, since ffmpeg reads no further than up to the first one. Where only the
 * header of a fragment's data is wrong, they get another one.
 *
 * @returns null for a file that can be read as it is.
 */
export async function closeGaps(path: string, readBytes: ReadBytes): Promise<Film | null> {
  const { gaps = [] } = (await readFragmentedFile(readBytes)) ?? {};
  if (gaps.length === 0) return null;
  const parts = gaps.flatMap((gap, place) => [
    { start: gaps[place - 1]?.end ?? 0, end: gap.start },
    ...closed(gap),
  ]);
  return { path, parts: [...parts, { start: gaps.at(-1)!.end, end: Number.POSITIVE_INFINITY }] };
}

function closed({ start, end, type }: Gap): Film['parts'] {
  // Of less than a box's header, nothing is left.
  if (end - start < HEADER_BYTES) return [];
  const header = Buffer.alloc(HEADER_BYTES);
  header.writeUInt32BE(1);
  header.write(type === 'mdat' ? type : 'free', 4, 'latin1');
  header.writeBigUInt64BE(BigInt(end - start), 8);
  return [header, { start: start + HEADER_BYTES, end }];
}

/** With a length of 64 bits. */
const HEADER_BYTES = 16;
