import { unlessUnavailable } from '../../../platform/lack.js';
import { openRegularFile } from '../../../platform/regular-file.js';
import { joinedFilmsFailure } from '../joined-films.js';
import { joinedFilesIn, type TopBox } from './boxes.js';

/**
 * Refuses MP4 files that were joined byte by byte, of which ffmpeg would read the first: each has a header that lists its frames,
 * or its pictures, as of a still AVIF. Fragments may come with their header once more.
 *
 * @throws UserError `unreadable` where there is more than one.
 */
export async function refuseJoinedFiles(path: string): Promise<void> {
  const file = await unlessUnavailable(openRegularFile(path));
  if (!file) return;
  const files = await joinedFilesIn(file).finally(() => file.close());
  const has = (boxes: readonly TopBox[], type: string) => boxes.some((box) => box.type === type);
  const isFilm = (boxes: readonly TopBox[]) => has(boxes, 'moov');
  const whole = files.filter((boxes) => isFilm(boxes) || has(boxes, 'meta'));
  const [first] = whole;
  if (!first || whole.length === 1 || !whole.some(isFilm)) return;
  if (isFilm(first) && has(files.flat(), 'moof')) return;
  throw joinedFilmsFailure(path, whole.every(isFilm) ? 'films' : 'films and pictures');
}
