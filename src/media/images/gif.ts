import { withBytesOf } from '../byte-window.js';

/** How a GIF ends. */
export interface GifEnd {
  /** Whether it breaks off within a block, or where a picture is announced that does not come. */
  readonly isCutOff: boolean;
  /** Whether another GIF follows. */
  readonly isFollowed: boolean;
}

/** What blocks begin with, by GIF 89a, appendix A. */
const EXTENSION = 0x21;
const PICTURE = 0x2c;

/** An extension that says how the next picture is shown. */
const GRAPHIC_CONTROL = 0xf9;

/**
 * Follows the blocks of a GIF to its end. One that lacks nothing but the byte that says so is whole, as browsers take it.
 *
 * @throws the signal's reason; what the file system says.
 */
export function findGifEnd(path: string, signal: AbortSignal): Promise<GifEnd> {
  return withBytesOf(path, async (readBytes) => {
    const [screenFlags] = await readBytes(10, 1);
    let end = 13 + tableBytes(screenFlags);
    let isAnnounced = false;
    for (;;) {
      const [introducer, label] = await readBytes(end, 2);
      if (introducer === undefined) return { isCutOff: isAnnounced, isFollowed: false };
      if (introducer === EXTENSION) {
        isAnnounced ||= label === GRAPHIC_CONTROL;
        end += 2;
      } else if (introducer === PICTURE) {
        const [flags] = await readBytes(end + 9, 1);
        isAnnounced = false;
        // What describes it, its colours, and how many bits its first codes have.
        end += 10 + tableBytes(flags) + 1;
      } else {
        const next = await readBytes(end + 1, 4);
        return { isCutOff: false, isFollowed: next.toString('latin1') === 'GIF8' };
      }
      // Data come in pieces, each after its length; the last one has none.
      for (let pieceBytes: number | undefined = 1; pieceBytes > 0; end += 1 + pieceBytes) {
        signal.throwIfAborted();
        [pieceBytes] = await readBytes(end, 1);
        if (pieceBytes === undefined) return { isCutOff: true, isFollowed: false };
      }
    }
  });
}

/** Of a table of colours, three bytes each, by the flags that stand before it. */
const tableBytes = (flags = 0): number => (flags & 0x80 ? 3 * 2 ** ((flags & 7) + 1) : 0);
