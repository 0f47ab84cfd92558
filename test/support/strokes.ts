import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { random } from '../../src/random.js';

const SIDE = 28;

/** Pictures <folder>/<across|down>/<n>.png of a white stroke on black, each another one: read row by row in no time. */
export async function writeStrokes(folder: string, perClass: number): Promise<void> {
  for (const label of ['across', 'down']) {
    await mkdir(join(folder, label), { recursive: true });
    for (let index = 0; index < perClass; index++) {
      const stream = random(index, 'strokes', label);
      const [place, width, from] = [stream.integer(8, 18), stream.integer(2, 5), stream.integer(1, 8)];
      const pixels = Buffer.alloc(SIDE * SIDE);
      for (let along = from; along < SIDE - from; along++) {
        for (let side = place; side < place + width; side++) {
          pixels[label === 'across' ? side * SIDE + along : along * SIDE + side] = 255;
        }
      }
      await sharp(pixels, { raw: { width: SIDE, height: SIDE, channels: 1 } })
        .png()
        .toFile(join(folder, label, `${index}.png`));
    }
  }
}

/** A pipeline file for them, whose first weights, of its seed, are no good; returns its path. */
export async function writeStrokesPipeline(folder: string): Promise<string> {
  const path = join(folder, 'strokes.yaml');
  await mkdir(folder, { recursive: true });
  await writeFile(
    path,
    `name: strokes
description: For tests.
input: { kind: rows }
recurrent: { cell: lstm, units: 4, layers: 0, readout: mean }
training: { train: recurrent, epochs: 4, batchSize: 4, learningRate: 0.1 }
split: { validation: 0 }
seed: 2
`,
  );
  return path;
}
