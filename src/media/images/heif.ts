import { openRegularFile } from '../../platform/regular-file.js';
import { topBoxesOf } from '../video/mp4/boxes.js';

/**
 * Whether another AVIF or HEIF follows where the first one ends: each begins with a box that says what it is, ISO/IEC 14496-12,
 * section 4.3. A film that a camera puts after its picture is none.
 *
 * @throws what the file system says.
 */
export async function isHeifFollowed(path: string): Promise<boolean> {
  const file = await openRegularFile(path);
  try {
    const { boxes } = await topBoxesOf(file);
    const second = boxes.findIndex(({ type, start }) => type === 'ftyp' && start > 0);
    return second > 0 && boxes.slice(second).some(({ type }) => type === 'meta');
  } finally {
    await file.close();
  }
}
