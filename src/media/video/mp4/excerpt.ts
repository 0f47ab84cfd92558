import type { FileHandle } from 'node:fs/promises';
import { unlessUnavailable } from '../../../platform/lack.js';
import { openRegularFile } from '../../../platform/regular-file.js';
import { initialSegment, mediaSegment } from './fragments.js';
import { isIndependent, isNeverReferred } from './nal-units.js';
import type { SampleRange } from './needed-samples.js';
import type { StoredFrames } from './samples.js';

/** What is handed to ffmpeg of an MP4 file. */
export interface Excerpt {
  readonly path: string;
  readonly stored: StoredFrames;
  /** In the order of the file, each beginning with a keyframe. */
  readonly ranges: readonly SampleRange[];
  /** Samples of which the frames themselves are wanted; of the others, those that none depends on are left out. */
  readonly wanted: ReadonlySet<number>;
}

/** No codec of ours stores a frame of MAX_PIXELS in more; a file that says so is not read into memory. */
export const MAX_SAMPLE_BYTES = 2 ** 26;

/** Frames that follow each other are read together. */
const BLOCK_BYTES = 2 ** 18;

/**
 * The excerpt as a fragmented MP4 (ISO/IEC 14496-12, section 8.8), a fragment a frame, whose time stamps are those of
 * the whole file before its edit list moves them (`shiftTicks`). It ends early where the file is not what its header says, or where a range begins at a keyframe
 * after which frames may still depend on earlier ones: what is missing then is for the caller to get otherwise.
 */
export async function* readExcerpt(excerpt: Excerpt): AsyncGenerator<Buffer, void> {
  const { stored, ranges, wanted } = excerpt;
  const file = await unlessUnavailable(openRegularFile(excerpt.path));
  if (!file) return;
  try {
    const read = blockReader(file);
    yield initialSegment(stored);
    let sequence = 0;
    let behind = 0;
    for (const { first, last } of ranges) {
      for (let sample = first; sample <= last; sample++) {
        const bytes = await read(stored.starts[sample]!, stored.sizes[sample]!);
        if (!bytes) return;
        if (sample > behind && sample === first && !isIndependent(bytes, stored.codec)) return;
        if (!wanted.has(sample) && isNeverReferred(bytes, stored.codec)) continue;
        sequence += 1;
        yield mediaSegment(stored, { sample, sequence, bytes });
      }
      behind = last + 1;
    }
  } finally {
    await file.close();
  }
}

/** Reads bytes of a file, a block at a time. What it gives is valid until the next call; null: they cannot be read. */
function blockReader(file: FileHandle): (start: number, bytes: number) => Promise<Buffer | null> {
  let block = Buffer.alloc(0);
  let blockStart = 0;
  return async (start, bytes) => {
    if (bytes > MAX_SAMPLE_BYTES) return null;
    if (start < blockStart || start + bytes > blockStart + block.length) {
      const wanted = Buffer.allocUnsafe(Math.max(bytes, BLOCK_BYTES));
      // Decoding the whole file then says what is wrong with it.
      const result = await file.read(wanted, 0, wanted.length, start).catch(() => null);
      if (!result) return null;
      block = wanted.subarray(0, result.bytesRead);
      blockStart = start;
    }
    const sample = block.subarray(start - blockStart, start - blockStart + bytes);
    return sample.length === bytes ? sample : null;
  };
}
