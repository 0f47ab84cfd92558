import type { ReadBytes } from '../../byte-window.js';
import {
  bytesListed,
  countListed,
  type FilmTrack,
  type Fragment,
  readFilmTrack,
  readFragment,
} from './fragment-times.js';

/** What is found of a fragmented MP4: each box follows the one before, up to the end of the file. */
export interface FragmentedFile {
  readonly fragments: readonly Fragment[];
  /** Where no whole box begins, up to the next fragment. */
  readonly gaps: readonly Gap[];
  /** Whether the file ends within a box. */
  readonly isCutOff: boolean;
  /** Whether the file lists more than it holds. */
  readonly isShort: boolean;
}

export interface Gap {
  readonly start: number;
  readonly end: number;
  /** What it begins with calls itself. */
  readonly type: string;
}

/**
 * Follows the boxes of a fragmented MP4, ISO/IEC 14496-12, sections 8.8 and 8.16.
 *
 * @returns null for a file of another kind.
 */
export async function readFragmentedFile(readBytes: ReadBytes): Promise<FragmentedFile | null> {
  const fragments: Fragment[] = [];
  const gaps: Gap[] = [];
  let track: FilmTrack | null = null;
  let listedFragments = 0;
  let listedEnd = 0;
  let isEnded = false;
  let isCutOff = false;
  for (let start = 0; ; ) {
    const head = await readBytes(start, BOX_HEAD_BYTES);
    const { type, headerBytes, end } = parseHead(head, start);
    // Data may reach to the end of the file.
    if (head.length === 0 || end === Number.POSITIVE_INFINITY) break;
    let isSound = await holds(readBytes, end);
    if (isSound && READ_BOXES.has(type)) {
      const contentBytes = Math.min(end - start, MAX_CONTENT_BYTES) - headerBytes;
      const content = await readBytes(start + headerBytes, contentBytes);
      if (type === 'moov') {
        track = readFilmTrack(content);
        if (!track) return null;
      } else if (type === 'sidx') {
        listedEnd = Math.max(listedEnd, end + bytesListed(content));
      } else if (track && type === 'mfra') {
        listedFragments += countListed(content, track);
        isEnded = true;
      } else if (track && type === 'moof') {
        const fragment = readFragment(content, { start, track });
        if (fragment) fragments.push(fragment);
        isSound = fragment !== null;
      }
    }
    if (isSound) {
      start = end;
      continue;
    }
    // After the list of all fragments (mfra), there are no more.
    if (!track || isEnded) break;
    const next = await findFragment(readBytes, start + 1);
    if (next === null) {
      isCutOff = !(await isPadding(readBytes, start));
      break;
    }
    gaps.push({ start, end: next, type });
    start = next;
  }
  if (!track) return null;
  const found = fragments.filter(({ film }) => film !== null).length;
  const isShort = found < listedFragments || !(await holds(readBytes, listedEnd));
  return { fragments, gaps, isCutOff, isShort };
}

const BOX_HEAD_BYTES = 16;

const READ_BOXES: ReadonlySet<string> = new Set(['moov', 'moof', 'sidx', 'mfra']);

/** Far more than the header of a fragment takes. */
const MAX_CONTENT_BYTES = 2 ** 25;

/** Where a box ends; NaN of what is none. */
function parseHead(head: Buffer, start: number): { type: string; headerBytes: number; end: number } {
  const type = head.toString('latin1', 4, 8);
  const short = head.length < 8 ? Number.NaN : head.readUInt32BE(0);
  const headerBytes = short === 1 ? 16 : 8;
  if (short === 0 && type === 'mdat') return { type, headerBytes, end: Number.POSITIVE_INFINITY };
  const boxBytes = short === 1 && head.length === 16 ? Number(head.readBigUInt64BE(8)) : short;
  const isBox = boxBytes >= headerBytes && /^[\x20-\x7e\xa9]{4}$/.test(type);
  return { type, headerBytes, end: isBox ? start + boxBytes : Number.NaN };
}

/** Whether a file reaches up to a place. */
const holds = async (readBytes: ReadBytes, end: number): Promise<boolean> =>
  end === 0 || (end > 0 && (await readBytes(end - 1, 1)).length === 1);

/** Where a fragment begins, by its header and the one of what it begins with. */
async function findFragment(readBytes: ReadBytes, from: number): Promise<number | null> {
  for (let start = from; ; start += BLOCK_BYTES) {
    const block = await readBytes(start, BLOCK_BYTES + FRAGMENT_START.length + 3);
    const at = block.indexOf(FRAGMENT_START, 4);
    if (at >= 0) return start + at - 4;
    if (block.length < BLOCK_BYTES) return null;
  }
}

const FRAGMENT_START = Buffer.from('moof\0\0\0\x10mfhd', 'latin1');
const BLOCK_BYTES = 2 ** 18;

/** Whether nothing but a few zeros follows. */
async function isPadding(readBytes: ReadBytes, start: number): Promise<boolean> {
  const rest = await readBytes(start, MAX_PADDING_BYTES + 1);
  return rest.length <= MAX_PADDING_BYTES && rest.every((byte) => byte === 0);
}

/** A page. */
const MAX_PADDING_BYTES = 4096;
