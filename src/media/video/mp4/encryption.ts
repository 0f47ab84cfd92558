import { childrenOf, firstVideoTrack, isOfFile, onlyChild, readAnyMovieHeader } from './boxes.js';

/**
 * Whether all of an MP4's video is encrypted (ISO/IEC 23001-7): ffmpeg then decodes what it cannot read, of which some
 * codecs make pictures without complaint.
 */
export async function isVideoEncrypted(path: string): Promise<boolean> {
  try {
    const { moov } = await readAnyMovieHeader(path);
    const media = childrenOf(onlyChild(firstVideoTrack(childrenOf(moov)), 'mdia'));
    const tables = childrenOf(onlyChild(childrenOf(onlyChild(media, 'minf')), 'stbl'));
    const entries = childrenOf(onlyChild(tables, 'stsd').subarray(8));
    return entries.length > 0 && entries.every(({ type }) => ENCRYPTED.has(type));
  } catch (thrown) {
    if (isOfFile(thrown)) return false;
    throw thrown;
  }
}

/** Protected video, and Apple's FairPlay. */
const ENCRYPTED: ReadonlySet<string> = new Set(['encv', 'drmi']);
