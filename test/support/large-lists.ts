import { appendFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { BatchSettings } from '../../src/predict/batch/batch-settings.js';
import { settingsPath } from '../../src/predict/batch/batch-settings.js';
import { listSource } from '../../src/predict/batch/find-all.js';
import { openJournal } from '../../src/predict/batch/journal.js';
import type { ClassifiedRow } from '../../src/predict/batch/row.js';
import { writeResults } from '../../src/predict/batch/write-results.js';
import { mergeParts } from '../../src/predict/merge/merge-parts.js';

// Run by itself with little memory: `node --import tsx large-lists.ts TASK FOLDER COUNT`, prints what came of it as JSON.

/** Settings of rows that nobody made. */
export const SETTINGS: BatchSettings = {
  source: '/clips',
  kind: 'clips',
  model: 'tiny (0123456789abcdef)',
  engine: 'onnx 1',
  ffmpeg: '7',
  clipstep: '0',
  shard: 'none',
  sampling: 'quick',
  top: 5,
  minProbability: 0,
  maxDistance: 'none',
  allowDamaged: false,
  windowing: 'none',
  subtitles: 'none',
  encoding: 'utf-8',
};

/** A row that nobody made, of a clip whose class is known. */
export function drawnRow(id: string, changes: Partial<ClassifiedRow> = {}): ClassifiedRow {
  return {
    id,
    path: `/clips/${id}`,
    truth: 'up',
    label: 'up',
    probability: 0.75,
    top: [
      { label: 'up', probability: 0.75 },
      { label: 'down', probability: 0.25 },
    ],
    truthProbability: 0.75,
    frames: 8,
    plan: 'whole',
    durationSeconds: 2,
    size: 1000,
    sha256: 'a'.repeat(64),
    milliseconds: { decode: 1, encode: 2, recurrent: 3 },
    ...changes,
  };
}

export const nameOf = (index: number): string => `part ${index % 10}/${index}.mp4`;

/** Lines of a file, written some thousand at a time. */
export async function writeLines(
  path: string,
  count: number,
  line: (index: number) => string,
): Promise<void> {
  await writeFile(path, '');
  for (let start = 0; start < count; start += 5000) {
    const length = Math.min(5000, count - start);
    await appendFile(path, Array.from({ length }, (_, index) => `${line(start + index)}\n`).join(''));
  }
}

async function* names(count: number): AsyncGenerator<string> {
  for (let index = 0; index < count; index++) yield nameOf(index);
}

const TASKS: Record<string, (folder: string, count: number) => Promise<unknown>> = {
  list: async (folder, count) => {
    const shard = { index: 1, count: Math.round(count / 10) };
    const listed = { all: 0, shard: 0 };
    const options = {
      kind: process.argv[6] === 'texts' ? ('texts' as const) : ('clips' as const),
      labels: [],
      encoding: 'utf-8',
      followLinks: false,
      onSkipped: () => {},
      scratch: folder,
      signal: new AbortController().signal,
    };
    const source = process.argv[5]!;
    for await (const _ of listSource(source, { ...options, shard: undefined })) listed.all += 1;
    for await (const _ of listSource(source, { ...options, shard })) listed.shard += 1;
    return listed;
  },
  arrange: async (folder, count) => {
    const out = join(folder, 'arranged.jsonl');
    const path = join(folder, 'journal.jsonl');
    await writeLines(path, count, (index) => JSON.stringify(drawnRow(nameOf(count - 1 - index))));
    const journal = await openJournal(path);
    await writeResults(out, {
      rows: journal.rows(names(count)),
      format: 'jsonl',
      settings: SETTINGS,
      ready: () => journal.close(),
    });
    return { clips: journal.clips };
  },
  merge: async (folder, count) => {
    const parts = ['one', 'two'].map((name) => join(folder, `${name}.jsonl`));
    for (const [part, path] of parts.entries()) {
      // Each second clip is in both.
      const ids = Array.from({ length: count }, (_, index) => index).filter(
        (index) => index % 2 === 0 || (index >> 1) % 2 === part,
      );
      await writeLines(path, ids.length, (index) => JSON.stringify(drawnRow(nameOf(ids[index]!))));
      await writeFile(settingsPath(path), JSON.stringify(SETTINGS));
    }
    const { clips, repeated, metrics } = await mergeParts({ parts, out: join(folder, 'merged.jsonl') });
    return { clips, repeated, accuracy: metrics?.accuracy };
  },
};

const [, script, task, folder, count] = process.argv;
if (script === import.meta.filename) {
  console.log(JSON.stringify(await TASKS[task!]!(folder!, Number(count))));
}
