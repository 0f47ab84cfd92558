import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import sharp from 'sharp';

export interface Photo {
  /** uint8 RGB [224, 224, 3]. */
  readonly pixels: Uint8Array;
  /** ImageNet's class, 0 to 999. */
  readonly label: number;
}

/** The shared folder's 100 photos, their middle cut to the size that the pretrained networks read. */
export async function readPhotos(sharedFolder: string): Promise<Photo[]> {
  const folder = join(sharedFolder, 'photos');
  const rows: Array<{ file: string; label: string }> = parse(await readFile(join(folder, 'labels.csv')), {
    columns: true,
  });
  return Promise.all(
    rows.map(async ({ file, label }) => ({
      pixels: await sharp(join(folder, file))
        .resize(224, 224)
        .toColourspace('srgb')
        .removeAlpha()
        .raw()
        .toBuffer(),
      label: Number(label),
    })),
  );
}
