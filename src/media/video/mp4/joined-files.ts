import { openRegularFile } from '../../../platform/regular-file.js';
import { joinedFilmsFailure } from '../joined-films.js';
import { joinedFilesIn } from './boxes.js';

/**
 * Refuses MP4 files that were joined byte by byte, of which ffmpeg would read the first: each has a header that lists its frames.
 * Fragments may come with their header once more.
 *
 * @throws UserError `unreadable` where there is more than one.
 */
export async function refuseJoinedFiles(path: string): Promise<void> {
  const file = await openRegularFile(path).catch(() => null);
  if (!file) return;
  try {
    const [first = [], ...others] = await joinedFilesIn(file);
    const has = (type: string) => (box: { readonly type: string }) => box.type === type;
    const isJoined = first.some(has('moov')) && others.flat().some(has('moov'));
    if (!isJoined || [...first, ...others.flat()].some(has('moof'))) return;
  } finally {
    await file.close();
  }
  throw joinedFilmsFailure(path);
}
