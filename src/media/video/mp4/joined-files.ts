import { open } from 'node:fs/promises';
import { joinedFilmsFailure } from '../joined-films.js';
import { topBoxesOf } from './boxes.js';

/**
 * Refuses MP4 files that were joined byte by byte, of which ffmpeg would read the first: each begins with what it is, and has a
 * header that lists its frames. Fragments may come with their header once more.
 *
 * @throws UserError `unreadable` where there is more than one.
 */
export async function refuseJoinedFiles(path: string): Promise<void> {
  const file = await open(path, 'r').catch(() => null);
  if (!file) return;
  try {
    const { boxes } = await topBoxesOf(file);
    const second = boxes.findIndex(({ type, start }) => type === 'ftyp' && start > 0);
    const isHeader = ({ type }: { type: string }) => type === 'moov';
    const hasTwo = boxes.slice(0, Math.max(0, second)).some(isHeader) && boxes.slice(second).some(isHeader);
    if (!hasTwo || boxes.some(({ type }) => type === 'moof')) return;
  } finally {
    await file.close();
  }
  throw joinedFilmsFailure(path);
}
