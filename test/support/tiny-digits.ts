import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';

const SIDE = 64;

/** Pictures <folder>/<0|1>/<n>.png: a ring and a bar, dark on light, as a pen would draw them. */
export async function writeTinyDigits(folder: string, perClass: number): Promise<void> {
  for (const label of ['0', '1']) {
    await mkdir(join(folder, label), { recursive: true });
    for (let index = 0; index < perClass; index++) {
      const pixels = Buffer.from(Uint8Array.from({ length: SIDE ** 2 }, (_, at) => level(label, at, index)));
      await sharp(pixels, { raw: { width: SIDE, height: SIDE, channels: 1 } })
        .png()
        .toFile(join(folder, label, `${index}.png`));
    }
  }
}

/** A pipeline file for digits that are read row by row; returns its path. */
export async function writeTinyRowsPipeline(folder: string): Promise<string> {
  const path = join(folder, 'tiny-rows.yaml');
  const lines = [
    'name: tiny-rows',
    'description: For tests.',
    'input: { kind: rows }',
    'recurrent: { cell: lstm, units: 4 }',
    'training: { train: recurrent, epochs: 2, batchSize: 4, learningRate: 0.01 }',
    'split: { validation: 0.25, test: 0.25 }',
  ];
  await mkdir(folder, { recursive: true });
  await writeFile(path, `${lines.join('\n')}\n`);
  return path;
}

function level(label: string, at: number, index: number): number {
  const [x, y] = [(at % SIDE) - SIDE / 2 + (index % 3), Math.floor(at / SIDE) - SIDE / 2];
  const distance = label === '0' ? Math.abs(Math.hypot(x, y) - 16) : Math.max(Math.abs(x), Math.abs(y) - 14);
  return distance < 4 + (index % 2) ? 20 : 235;
}
