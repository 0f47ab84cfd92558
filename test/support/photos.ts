import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import sharp, { type Sharp } from 'sharp';

export interface Photo {
  /** uint8 RGB [224, 224, 3]. */
  readonly pixels: Uint8Array;
  /** ImageNet's class, 0 to 999. */
  readonly label: number;
}

/** A photo, seen in one way of several. */
export interface PhotoView extends Photo {
  /** Which of the photos it is of. */
  readonly photo: number;
  /** Whether it is the photo as readPhotos gives it. */
  readonly isPhoto: boolean;
}

const SIZE = 224;
/** The photos' shorter side, in pixels. */
const WHOLE = 256;

/** The shared folder's 100 photos, their middle cut to the size that the pretrained networks read. */
export async function readPhotos(sharedFolder: string): Promise<Photo[]> {
  const rows = await readRows(sharedFolder);
  return Promise.all(
    rows.map(async ({ file, label }) => ({ pixels: await pixelsOf(sharp(file).resize(SIZE, SIZE)), label })),
  );
}

/**
 * Ten views of each photo, its four corners and its middle, and these mirrored (as Krizhevsky et al. 2012 tested):
 * of 100 photos alone, one that is on the brink would decide.
 */
export async function readPhotoViews(sharedFolder: string): Promise<PhotoView[]> {
  const rows = await readRows(sharedFolder);
  const corners = [0, WHOLE - SIZE].flatMap((left) => [0, WHOLE - SIZE].map((top) => ({ left, top })));
  const views = rows.map(async ({ file, label }, photo) => {
    const whole = await sharp(file).resize(WHOLE, WHOLE).png().toBuffer();
    const crops = corners.map((corner) => sharp(whole).extract({ ...corner, width: SIZE, height: SIZE }));
    const five = [...crops, sharp(file).resize(SIZE, SIZE)];
    const pictures = five.flatMap((view) => [view, view.clone().flop()]);
    const isPhoto = (index: number) => index === pictures.length - 2;
    return Promise.all(
      pictures.map(async (view, index) => ({
        pixels: await pixelsOf(view),
        label,
        photo,
        isPhoto: isPhoto(index),
      })),
    );
  });
  return (await Promise.all(views)).flat();
}

async function readRows(sharedFolder: string): Promise<Array<{ file: string; label: number }>> {
  const folder = join(sharedFolder, 'photos');
  const rows: Array<{ file: string; label: string }> = parse(await readFile(join(folder, 'labels.csv')), {
    columns: true,
  });
  return rows.map(({ file, label }) => ({ file: join(folder, file), label: Number(label) }));
}

const pixelsOf = (picture: Sharp): Promise<Buffer> =>
  picture.toColourspace('srgb').removeAlpha().raw().toBuffer();
