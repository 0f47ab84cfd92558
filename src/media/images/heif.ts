import { openRegularFile } from '../../platform/regular-file.js';
import { joinedFilesIn } from '../video/mp4/boxes.js';

/**
 * Whether another AVIF or HEIF follows where the first one ends. A film that a camera puts after its picture is none.
 *
 * @throws what the file system says.
 */
export async function isHeifFollowed(path: string): Promise<boolean> {
  const file = await openRegularFile(path);
  try {
    const [, ...others] = await joinedFilesIn(file);
    return others.some((boxes) => boxes.some(({ type }) => type === 'meta'));
  } finally {
    await file.close();
  }
}
