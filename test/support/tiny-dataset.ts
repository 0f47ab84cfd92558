import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { random } from '../../src/random.js';

const SIDE = 32;
const FRAMES = 3;

/**
 * Frame folders <folder>/<down|up>/clip<n>/f<t>.png: grey pictures that get darker or brighter, so that only
 * the order of the frames tells the class.
 */
export async function writeTinyDataset(folder: string, clipsPerClass: number): Promise<void> {
  for (const label of ['down', 'up']) {
    for (let clip = 0; clip < clipsPerClass; clip++) {
      const stream = random(clip, 'tiny dataset');
      const levels = [40 + 40 * stream.float(), 110 + 40 * stream.float(), 180 + 40 * stream.float()];
      if (label === 'down') levels.reverse();
      await writeFrames(join(folder, label, `clip${clip}`), levels);
    }
  }
}

/** A pipeline file for it; returns its path. `changes` replaces lines by what they begin with. */
export async function writeTinyPipeline(
  folder: string,
  changes: Record<string, string> = {},
): Promise<string> {
  const lines = [
    'name: tiny',
    'description: For tests.',
    'input:',
    '  kind: frames',
    '  sampling: { kind: uniform, frames: 3 }',
    '  preprocessing: { size: 96, fit: squash, kernel: linear }',
    '  encoder: { architecture: mobilenet-v1, alpha: 0.1, weights: scratch }',
    'recurrent: { cell: lstm, units: 4, dropout: 0.1 }',
    'training: { train: everything, epochs: 3, batchSize: 4, learningRate: 0.01 }',
    'split: { validation: 0.25, test: 0.25 }',
  ].map((line) => {
    const key = line.slice(0, line.indexOf(':'));
    return changes[key] ? `${key}: ${changes[key]}` : line;
  });
  const path = join(folder, 'tiny.yaml');
  await mkdir(folder, { recursive: true });
  await writeFile(path, `${lines.join('\n')}\n`);
  return path;
}

async function writeFrames(folder: string, levels: readonly number[]): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (let index = 0; index < FRAMES; index++) {
    const pixels = Buffer.alloc(SIDE * SIDE * 3, Math.round(levels[index]!));
    await sharp(pixels, { raw: { width: SIDE, height: SIDE, channels: 3 } })
      .png()
      .toFile(join(folder, `f${index}.png`));
  }
}
