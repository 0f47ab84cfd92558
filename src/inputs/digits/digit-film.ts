import { jpegInBase64 } from '../../media/images/jpeg.js';
import type { Film } from '../input-kind.js';
import type { ReadableExample } from '../sequence-reader.js';
import { digitFrame } from './digit-frame.js';
import { readRows } from './read-rows.js';

/** Side of the picture in pixels. */
const SIDE = 96;

/** A digit as the network reads its rows. @throws UserError as readRows. */
export async function rowsFilm(example: ReadableExample): Promise<Film> {
  const { data } = await readRows(example);
  return digitFilm(Uint8Array.from(data, (ink) => Math.round(255 * ink)));
}

/** @param image uint8 [28, 28]. */
export async function digitFilm(image: Uint8Array): Promise<Film> {
  const pixels = digitFrame(image, { size: SIDE, fit: 'squash', kernel: 'linear' });
  return { kind: 'film', pictures: [await jpegInBase64(pixels, { side: SIDE })] };
}
