import { appendFile, readdir, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import * as z from 'zod';
import { readRegularText } from '../platform/regular-file.js';
import { epochSchema } from './epoch-points.js';

export const settingsSchema = z.strictObject({
  weights: z.string().nullable(),
  steps: z.int().min(1).max(1e6).nullable(),
  seed: z.int().min(0).max(Number.MAX_SAFE_INTEGER).nullable(),
  mirror: z.boolean(),
});

const errorSchema = z.object({ code: z.string(), message: z.string(), fix: z.string() });

/** What is kept of a training: how it was begun, its epochs and notes, and how it ended. */
const lineSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('start'), settings: settingsSchema, at: z.string(), clips: z.number() }),
  z.object({ kind: z.literal('resume'), at: z.string() }),
  z.object({
    kind: z.literal('epoch'),
    record: epochSchema,
  }),
  z.object({ kind: z.enum(['note', 'remark']), message: z.string() }),
  z.object({ kind: z.literal('skipped'), path: z.string(), problem: z.string() }),
  z.object({ kind: z.literal('failed'), error: errorSchema }),
  z.object({ kind: z.literal('ended'), seconds: z.number() }),
]);

export type RunLine = z.infer<typeof lineSchema>;
export type RunError = z.infer<typeof errorSchema>;

const ENDING = '.jsonl';

const logPath = (folder: string, name: string): string => join(folder, name + ENDING);

/** A line of what a training prints that is worth keeping; null for others, and for what is no line of ours. */
export function parseRunLine(line: string): RunLine | null {
  try {
    return lineSchema.safeParse(JSON.parse(line)).data ?? null;
  } catch {
    return null;
  }
}

/**
 * The logs of a folder, by the names of their runs. Lines that were not written whole are passed over, and a log that
 * cannot be read has none.
 */
export async function readRunLogs(folder: string): Promise<Map<string, RunLine[]>> {
  const files = (await readdir(folder)).filter((file) => file.endsWith(ENDING));
  const logs = await Promise.all(
    files.map(async (file): Promise<[string, RunLine[]]> => {
      const text = await readRegularText(join(folder, file)).catch(() => '');
      const lines = text.split('\n').map(parseRunLine);
      return [basename(file, ENDING), lines.filter((line) => line !== null)];
    }),
  );
  return new Map(logs);
}

/** A full disk loses lines of a log, which is no reason to end a training. */
export async function addRunLine(
  folder: string,
  { name, line }: { name: string; line: RunLine },
): Promise<void> {
  await appendFile(logPath(folder, name), `${JSON.stringify(line)}\n`).catch(() => {});
}

export async function removeRunLog(folder: string, name: string): Promise<void> {
  await rm(logPath(folder, name), { force: true });
}
