import { withBytesOf } from '../byte-window.js';

/**
 * Whether another WebP follows where the first one ends: by RIFF, after its length and a byte to make that even.
 *
 * @throws what the file system says.
 */
export function isWebpFollowed(path: string): Promise<boolean> {
  return withBytesOf(path, async (readBytes) => {
    const length = (await readBytes(4, 4)).readUInt32LE();
    const next = (await readBytes(8 + length + (length % 2), 12)).toString('latin1');
    return next.startsWith('RIFF') && next.startsWith('WEBP', 8);
  });
}

/** By its extended header, VP8X, of which one bit says that it is an animation. @param head its first 21 bytes. */
export const isAnimatedWebp = (head: Buffer): boolean =>
  head.toString('latin1', 8, 16) === 'WEBPVP8X' && (head[20]! & ANIMATION) !== 0;

const ANIMATION = 2;
