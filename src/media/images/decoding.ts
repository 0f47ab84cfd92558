import type { Sharp, SharpOptions } from 'sharp';
import { messageOf, UserError } from '../../errors.js';
import { readRegularFile } from '../../platform/regular-file.js';
import { MAX_PIXELS } from '../ffmpeg/safety.js';
import { readSignature } from '../file-signature.js';
import { imageFailure } from './image-failure.js';
import { loadSharp } from './load-sharp.js';
import { workAlone, workBeside } from './turns.js';

/** A picture in a file. */
export interface StoredPicture {
  readonly path: string;
  readonly page: number;
}

type Work<T> = (image: Sharp) => Promise<T>;

/**
 * Only what begins like a picture of a known kind reaches sharp, which would read SVG and its like too.
 *
 * @throws UserError `unreadable`, `not_media`, `too_large`, `corrupt`, also where a decoder would conceal the damage.
 */
export async function decoding<T>(picture: StoredPicture, work: Work<T>): Promise<T> {
  const { path } = picture;
  await assertImage(path);
  const open = await opener(picture);
  const strict = () => work(open('warning'));
  try {
    return await workBeside(strict).catch(() => workAlone(strict));
  } catch (cause) {
    if (isDamage(cause)) throw await imageFailure(path, cause);
  }
  try {
    return await workBeside(() => work(open('error')));
  } catch (cause) {
    if (!isUnopened(cause)) throw await imageFailure(path, cause);
  }
  // From memory, libvips needs no file handle: reading it all says whether one can be had.
  const bytes = await readRegularFile(path);
  try {
    return await workBeside(() => work(open('error', bytes)));
  } catch (cause) {
    throw await imageFailure(path, cause);
  }
}

/** As decoding, of a picture that may be damaged: what can be shown of it, and whether that is all. */
export async function decodingDamaged<T>(
  picture: StoredPicture,
  work: Work<T>,
): Promise<{ decoded: T; isDamaged: boolean }> {
  try {
    return { decoded: await decoding(picture, work), isDamaged: false };
  } catch (error) {
    if (!(error instanceof UserError) || error.code !== 'corrupt') throw error;
    const open = await opener(picture);
    const decoded = await workBeside(() => work(open('none'))).catch(() => Promise.reject(error));
    return { decoded, isDamaged: true };
  }
}

async function opener({ path, page }: StoredPicture) {
  const sharp = await loadSharp();
  return (failOn: SharpOptions['failOn'], source: string | Buffer = path) =>
    sharp(source, { page, pages: 1, limitInputPixels: MAX_PIXELS, failOn });
}

/**
 * What decoders of JPEG and GIF warn of where coded data is not what it should be. Other warnings are of notes and
 * parameters that sound pictures of some cameras have, too, and of filling before a picture's end (0xd9).
 */
const DAMAGE =
  /premature end|bad (?:Huffman|arithmetic) code|instead of RST|bogus marker length|inconsistent progression|extraneous bytes before marker 0x(?!d9)|invalid frame data/i;

/** What sharp says of a file that it cannot open, as of one that it finds no sense in. */
const isUnopened = (cause: unknown): boolean =>
  /unsupported image format|unable to open|input file is missing/i.test(messageOf(cause));

const isDamage = (cause: unknown): boolean => DAMAGE.test(messageOf(cause));

async function assertImage(path: string): Promise<void> {
  const signature = await readSignature(path).catch((cause: unknown) => {
    throw new UserError('unreadable', {
      problem: `${path} cannot be read: ${messageOf(cause)}.`,
      fix: 'See whether it is still there and may be read.',
      cause,
    });
  });
  if (signature === 'image') return;
  throw new UserError('not_media', {
    problem: `${path} is not an image: it does not begin like a JPEG, PNG, GIF, WebP, TIFF or AVIF.`,
    fix: 'Take it out of the sequence, or save it as PNG or JPEG.',
  });
}
