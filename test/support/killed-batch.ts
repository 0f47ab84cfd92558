import { spawn } from 'node:child_process';
import { copyFile, link, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { random } from '../../src/random.js';
import { isFailed, type Row, rowSchema } from '../../src/run/batch/row.js';
import { projectFolder } from './cli.js';
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

export interface KillingOptions extends BatchFixture {
  readonly out: string;
  readonly kills: number;
  readonly seed: number;
}

/**
 * Runs a batch that is killed (SIGKILL) at random moments and started again, until it was killed so often or
 * has finished; then lets it finish.
 *
 * @returns how often it was killed, and the exit code of the last run.
 */
export async function runAndKill(options: KillingOptions): Promise<{ killed: number; code: number | null }> {
  const moments = random(options.seed, 'kill');
  for (let killed = 0; killed < options.kills; killed++) {
    // Now and then while it starts; mostly some moments after it has begun to classify.
    const isEarly = moments.float() < 0.2;
    const delay = moments.float() * (isEarly ? 400 : 700);
    const code = await startBatch(options, { waitForClips: !isEarly, delayMilliseconds: delay });
    if (code !== null) return { killed, code };
  }
  return { killed: options.kills, code: await startBatch(options, null) };
}

/** @returns the exit code; null when it was killed. */
function startBatch(
  { model, clips, out }: KillingOptions,
  kill: { waitForClips: boolean; delayMilliseconds: number } | null,
): Promise<number | null> {
  const args = [`${projectFolder}/dist/cli.js`, 'batch', clips, '--model', model, '--out', out];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  const end = async () => {
    await sleep(kill?.delayMilliseconds);
    child.kill('SIGKILL');
  };
  let isTold = false;
  child.stderr.setEncoding('utf8').on('data', () => {
    if (kill?.waitForClips && !isTold) void end();
    isTold = true;
  });
  if (kill && !kill.waitForClips) void end();
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });
}
