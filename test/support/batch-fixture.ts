import { copyFile, link, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isFailed, type Row, rowSchema } from '../../src/predict/batch/row.js';
import { writeNumberedClip } from './numbered-clip.js';
import { saveTinyBundle } from './tiny-bundle.js';
import { writeTinyDataset } from './tiny-dataset.js';

/** A model, and a folder in which videos, frame folders and broken files lie, in classes. */
export interface BatchFixture {
  readonly model: string;
  readonly clips: string;
}

/** @param copies how often each of 9 clips lies there. */
export async function writeBatchFixture(folder: string, copies: number): Promise<BatchFixture> {
  const fixture = { model: join(folder, 'model'), clips: join(folder, 'clips') };
  await saveTinyBundle(fixture.model);
  await writeTinyDataset(fixture.clips, 2);
  const originals = ['one.mp4', 'two.webm', 'three.avi'].map((name) => join(folder, name));
  for (const [index, path] of originals.entries()) {
    await writeNumberedClip(path, {
      frames: 6 + 5 * index,
      framesPerSecond: 10,
      encoder: ['-crf', '30', '-b:v', '200k'],
    });
  }
  const broken = join(folder, 'broken.mp4');
  await writeFile(broken, (await readFile(originals[0]!)).subarray(0, 500));
  for (let copy = 0; copy < copies; copy++) {
    for (const label of ['down', 'up']) {
      const target = join(fixture.clips, label, `part ${copy % 3}`);
      await mkdir(target, { recursive: true });
      for (const path of [...originals, broken]) {
        await link(path, join(target, `${copy}-${path.slice(folder.length + 1)}`));
      }
    }
  }
  await copyFile(originals[0]!, join(fixture.clips, 'without class.mp4'));
  return fixture;
}

/** The rows of a file of results, with the times that are different each time set to 0. */
export async function readRows(path: string): Promise<Row[]> {
  const lines = (await readFile(path, 'utf8')).trimEnd().split('\n');
  return lines.map((line) => {
    const row = rowSchema.parse(JSON.parse(line));
    return isFailed(row) ? row : { ...row, milliseconds: { decode: 0, encode: 0, recurrent: 0 } };
  });
}
