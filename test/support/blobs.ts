import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { type Random, random } from '../../src/random.js';

/** A few soft spots of colour, the same picture in any size; they move as time goes from 0 to 1. */
export type Blobs = ReadonlyArray<{
  readonly colour: readonly number[];
  readonly place: readonly [x: number, y: number];
  readonly speed: readonly [x: number, y: number];
  readonly radius: number;
}>;

export function drawBlobs(stream: Random): Blobs {
  const within = (least: number, most: number) => least + stream.float() * (most - least);
  return Array.from({ length: 4 }, () => ({
    colour: [within(-200, 200), within(-200, 200), within(-200, 200)],
    place: [stream.float(), stream.float()],
    speed: [within(-0.4, 0.4), within(-0.4, 0.4)],
    radius: within(0.05, 0.4),
  }));
}

/** uint8 RGB [size, size, 3]. */
export function paint(blobs: Blobs, { size, time = 0 }: { size: number; time?: number }): Uint8Array {
  const pixels = new Uint8ClampedArray(size * size * 3);
  for (let pixel = 0; pixel < size * size; pixel++) {
    const [x, y] = [((pixel % size) + 0.5) / size, (Math.floor(pixel / size) + 0.5) / size];
    const lights = blobs.map(({ place, speed, radius }) => {
      const [dx, dy] = [place[0] + time * speed[0] - x, place[1] + time * speed[1] - y];
      return Math.exp(-(dx * dx + dy * dy) / (2 * radius * radius));
    });
    for (let channel = 0; channel < 3; channel++) {
      const light = blobs.reduce((sum, { colour }, index) => sum + lights[index]! * colour[channel]!, 0);
      pixels[3 * pixel + channel] = 128 + light;
    }
  }
  return new Uint8Array(pixels.buffer);
}

/** Frame folders <folder>/<still|moving>/clip<n>/f<t>.png of four frames. */
export async function writeBlobClips(folder: string, clipsPerClass: number): Promise<void> {
  for (const label of ['still', 'moving']) {
    for (let clip = 0; clip < clipsPerClass; clip++) {
      const blobs = drawBlobs(random(clip, 'blob clip', label));
      const target = join(folder, label, `clip${clip}`);
      await mkdir(target, { recursive: true });
      for (let frame = 0; frame < 4; frame++) {
        const raw = { width: 64, height: 64, channels: 3 } as const;
        const pixels = paint(blobs, { size: 64, time: label === 'still' ? 0 : frame / 3 });
        await sharp(pixels, { raw })
          .png()
          .toFile(join(target, `f${frame}.png`));
      }
    }
  }
}
