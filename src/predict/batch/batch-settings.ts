import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import * as z from 'zod';
import type { Manifest } from '../../bundle/manifest.js';
import { UserError } from '../../errors.js';
import { cannotWrite } from '../../platform/cannot-write.js';
import { NoRegularFile, readRegularFile } from '../../platform/regular-file.js';
import { replaceFile } from '../../platform/replace-file.js';
import { CLIP_KINDS } from './batch-clip.js';

const settingsSchema = z.strictObject({
  /** What was listed: a folder or a manifest, absolute. */
  source: z.string(),
  kind: z.enum(CLIP_KINDS),
  /** As modelIdentity gives it. */
  model: z.string(),
  engine: z.string(),
  ffmpeg: z.string(),
  clipstep: z.string(),
  shard: z.string(),
  sampling: z.string(),
  top: z.number(),
  minProbability: z.number(),
  maxDistance: z.string(),
  allowDamaged: z.boolean(),
  windowing: z.string(),
  subtitles: z.string(),
  encoding: z.string(),
});

/** All that a row depends on beside the clip's bytes: rows of one file have the same. */
export type BatchSettings = z.infer<typeof settingsSchema>;

/** What each is called on a command line, or in words. */
const NAMES: Record<keyof BatchSettings, string> = {
  source: 'the folder or manifest',
  kind: 'what was listed',
  model: 'the model',
  engine: 'the engine',
  ffmpeg: 'ffmpeg',
  clipstep: "Clipstep's version",
  shard: '--shard',
  sampling: '--sampling',
  top: '--top',
  minProbability: '--min-probability',
  maxDistance: '--max-distance',
  allowDamaged: '--allow-damaged',
  windowing: '--window, --stride, --enter and --leave',
  subtitles: '--subtitles',
  encoding: '--encoding',
};

/**
 * Writes the settings beside the results, or makes sure that they are the same as those of the results that
 * stand there. A file that is not a batch's results is left as it is.
 *
 * @param options.files where results go.
 * @throws UserError `settings_differ`, naming each one with both values; `cannot_write`.
 */
export async function keepSettings(
  path: string,
  { settings, files }: { settings: BatchSettings; files: readonly string[] },
): Promise<void> {
  for (const file of files) {
    const status = await stat(file).catch(() => null);
    if (!status) continue;
    if (!status.isFile()) throw cannotWrite(file, new NoRegularFile());
    if (status.size > 0) {
      refuseDifference(await readSettings(path), { settings, path, file });
    }
  }
  await writeSettings(path, settings);
}

/** @throws UserError `cannot_write`. */
export async function writeSettings(path: string, settings: BatchSettings): Promise<void> {
  const text = `${JSON.stringify(settings, null, 2)}\n`;
  await replaceFile(path, text, { isSynced: true, failure: cannotWrite });
}

/** Where the settings of results stand. */
export const settingsPath = (out: string): string => `${out}.run.json`;

/**
 * Tells apart settings that give other rows: parts of the same belong together, whichever shards they are and wherever
 * their clips lie. 48 bits in hexadecimal.
 */
export function settingsDigest({ shard, source, ...settings }: BatchSettings): string {
  return createHash('sha256').update(JSON.stringify(settings)).digest('hex').slice(0, 12);
}

/** Tells models apart by what they compute, wherever they lie: the pipeline's name for people, a digest to be sure. */
export function modelIdentity({ pipeline, labels, temperature, weights }: Manifest): string {
  const digest = createHash('sha256')
    .update(JSON.stringify([pipeline, labels, temperature, weights.sha256]))
    .digest('hex');
  return `${pipeline.name} (${digest.slice(0, DIGITS)})`;
}

/** Of a digest in hexadecimal: 64 bits, which two models never share by chance. */
const DIGITS = 16;

/** The settings of results, where they stand beside these; null where there are none or they are damaged. */
export async function readSettings(path: string): Promise<BatchSettings | null> {
  return parseSettings(
    await readRegularFile(path)
      .then(String)
      .catch(() => ''),
  );
}

/** Settings in JSON; null where it is none of them. */
export function parseSettings(text: string): BatchSettings | null {
  try {
    return settingsSchema.parse(JSON.parse(text));
  } catch {
    return null;
  }
}

/** A line for each setting that is another one, with both values. @param apart those that may be. */
export function differencesOf(
  [before, after]: readonly [BatchSettings, BatchSettings],
  apart: ReadonlyArray<keyof BatchSettings> = [],
): string[] {
  // Object.keys gives strings; these are the schema's own.
  const names = Object.keys(NAMES) as Array<keyof BatchSettings>;
  return names
    .filter((name) => !apart.includes(name) && before[name] !== after[name])
    .map((name) => `  ${NAMES[name]}: was ${before[name]}, is ${after[name]}`);
}

function refuseDifference(
  before: BatchSettings | null,
  { settings, path, file }: { settings: BatchSettings; path: string; file: string },
): void {
  if (!before) {
    throw new UserError('settings_differ', {
      problem: `${file} exists already, but ${path}, which would say how these results were made, is missing or damaged.`,
      fix: 'Give another --out, or move the file away.',
    });
  }
  const lines = differencesOf([before, settings]);
  if (lines.length === 0) return;
  throw new UserError('settings_differ', {
    problem: `${file} has results from other settings (${path}):\n${lines.join('\n')}`,
    fix: 'Give the same settings to go on, or another --out to start again.',
  });
}
