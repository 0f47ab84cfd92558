import { z } from 'zod';
import type { ErrorCode } from '../../errors.js';

const share = z.number().min(0).max(1);

const identity = {
  /** Path below the folder, with slashes, or as the manifest has it: tells a clip from all others. */
  id: z.string(),
  /** Absolute. */
  path: z.string(),
  /** The class that folders or the manifest give. */
  truth: z.string().optional(),
};

const content = {
  /** Bytes of the file, or of all frames of a sequence. */
  size: z.int().min(0),
  /** Of the file; of a sequence, sha256 of what `sha256sum` prints of its frames. */
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
};

const classifiedSchema = z.strictObject({
  ...identity,
  /** The most probable class; null when its probability is below --min-probability. */
  label: z.string().nullable(),
  probability: share,
  /** The most probable classes, falling. */
  top: z.array(z.strictObject({ label: z.string(), probability: share })),
  /** Probability of `truth`, where the model knows that class. */
  truthProbability: share.optional(),
  frames: z.int().min(1),
  durationSeconds: z.number().min(0),
  ...content,
  /** File of its features, in the folder of --embeddings. */
  embedding: z.string().optional(),
  /** Wall time in which it waited for frames, for the encoder, for the recurrent network. */
  milliseconds: z.strictObject({ decode: z.number(), encode: z.number(), recurrent: z.number() }),
});

const failedSchema = z.strictObject({
  ...identity,
  /** Absent when it could not even be read. */
  ...z.object(content).partial().shape,
  error: z.strictObject({ code: z.string(), message: z.string(), fix: z.string() }),
});

/** What was found out about one clip: a line of the results. */
export const rowSchema = z.union([classifiedSchema, failedSchema]);

export type ClassifiedRow = z.infer<typeof classifiedSchema>;
export type FailedRow = z.infer<typeof failedSchema>;
export type Row = ClassifiedRow | FailedRow;

export const isFailed = (row: Row): row is FailedRow => 'error' in row;

/** Outcomes that follow from a clip's bytes. All others may be gone when it is tried again. */
const FINAL_FAILURES: ReadonlySet<string> = new Set<ErrorCode>([
  'empty',
  'not_media',
  'no_video',
  'corrupt',
  'partial',
  'no_frames',
  'too_large',
  'refused',
]);

/** Whether a clip with the same bytes would get the same row again. */
export function isFinal(row: Row): boolean {
  return !isFailed(row) || (FINAL_FAILURES.has(row.error.code) && row.sha256 !== undefined);
}
