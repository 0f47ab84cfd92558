import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { random } from '../../src/random.js';

/**
 * Writes a folder of four pictures: soft spots that change from one to the next. Each twentieth clip is the one before,
 * compressed more.
 */
export async function writePictureClip(path: string, index: number): Promise<void> {
  const isCopy = index % 20 === 19;
  await mkdir(path, { recursive: true });
  for (let frame = 0; frame < 4; frame++) {
    const stream = random(isCopy ? index - 1 : index, 'spots', frame);
    const spots = Buffer.from(Array.from({ length: 12 * 12 * 3 }, () => stream.integer(0, 256)));
    await sharp(spots, { raw: { width: 12, height: 12, channels: 3 } })
      .resize(96, 96, { kernel: 'cubic' })
      .jpeg({ quality: isCopy ? 60 : 90 })
      .toFile(join(path, `${frame}.jpg`));
  }
}
