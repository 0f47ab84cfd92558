import * as z from 'zod';
import type { ErrorCode } from '../../errors.js';
import { PLAN_KINDS } from '../../media/frames.js';
import { UNKNOWN_REASONS } from '../../tasks/classification/answer.js';

const share = z.number().min(0).max(1);

const identity = {
  /** Path below the folder, with slashes, or as the manifest has it; of a text, file and line: tells it from all others. */
  id: z.string(),
  /** Absolute. */
  path: z.string(),
  /** The class that folders or the manifest give. */
  truth: z.string().optional(),
  /** Where it is a text, that text. */
  text: z.string().optional(),
};

const content = {
  /** Bytes of the file, or of all frames of a sequence. */
  size: z.int().min(0),
  /** Of the file; of a sequence, sha256 of what `sha256sum` prints of its frames. */
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
};

const span = { startSeconds: z.number().min(0), endSeconds: z.number().min(0) };

const answer = {
  /** The most probable class; null when the answer is unknown. */
  label: z.string().nullable(),
  /** Why, when it is. */
  unknown: z.strictObject({ reason: z.enum(UNKNOWN_REASONS), score: z.number() }).optional(),
  probability: share,
  /** From what the model was trained on, where it knows. */
  distance: z.number().min(0).optional(),
  /** The most probable classes, most probable first. */
  top: z.array(
    z.strictObject({
      label: z.string(),
      probability: share,
      /** Times of the frames that show it, from the clip's start; of a model that answers each frame by itself. */
      seenAtSeconds: z.array(z.number()).readonly().optional(),
    }),
  ),
  /** Probability of `truth`, where the model knows that class. */
  truthProbability: share.optional(),
  /** Absent for a text. */
  frames: z.int().min(1).optional(),
  /** Of these, the ones that are damaged, where --allow-damaged has them read all the same; absent where none is. */
  damaged: z.int().min(1).optional(),
  /** How a video was decoded: exactly (`whole`, `excerpt`, `seeks`), or for frames nearby. */
  plan: z.enum(PLAN_KINDS).optional(),
  /** Of a text: its tokens that the network read. */
  tokens: z.int().min(0).optional(),
  /** Of these, those that the model does not know; absent where there is none. */
  unknownTokens: z.int().min(1).optional(),
};

const reading = {
  /** Absent for a text. */
  durationSeconds: z.number().min(0).optional(),
  ...content,
  /** File of its features, in the folder of --embeddings. */
  embedding: z.string().optional(),
  /** Wall time in which it waited for frames, for the encoder, for the recurrent network. */
  milliseconds: z.strictObject({ decode: z.number(), encode: z.number(), recurrent: z.number() }),
};

const classifiedSchema = z.strictObject({ ...identity, ...answer, ...reading });

/** A clip that was classified window by window, and the parts of one class that these make. */
const windowedSchema = z.strictObject({
  ...identity,
  windows: z.array(z.strictObject({ ...span, ...answer })).min(1),
  segments: z.array(z.strictObject({ ...span, label: z.string(), probability: share })),
  ...reading,
});

const failedSchema = z.strictObject({
  ...identity,
  /** Absent when it could not even be read. */
  ...z.object(content).partial().shape,
  error: z.strictObject({ code: z.string(), message: z.string(), fix: z.string() }),
});

/** What was found out about one clip: a line of the journal. */
export const rowSchema = z.union([classifiedSchema, windowedSchema, failedSchema]);

/** What the model said of a clip or of one window. */
export type Answer = z.infer<z.ZodObject<typeof answer>>;
export type WindowedRow = z.infer<typeof windowedSchema>;
export type ClassifiedRow = z.infer<typeof classifiedSchema>;
export type FailedRow = z.infer<typeof failedSchema>;
export type Row = ClassifiedRow | WindowedRow | FailedRow;

export const isFailed = (row: Row | ResultRow): row is FailedRow => 'error' in row;
export const isWindowed = (row: Row | ResultRow): row is WindowedRow => 'windows' in row;

/** A line of the results: a clip, or one window of it, which has a part of its own. */
export const resultRowSchema = z.union([
  classifiedSchema.extend(z.object(span).partial().shape),
  failedSchema,
]);
export type ResultRow = z.infer<typeof resultRowSchema>;

/** Whether a line of the results is of one window of a clip. */
export const isWindow = (row: Row | ResultRow): boolean =>
  'startSeconds' in row && row.startSeconds !== undefined;

/** The clip that a line of the results is of. */
export function clipIdOf(row: Row | ResultRow): string {
  if (!isWindow(row)) return row.id;
  return row.id.slice(0, row.id.lastIndexOf('#'));
}

/** A line of any file of rows: of results, or of a journal. */
export const storedRowSchema = z.union([...resultRowSchema.options, windowedSchema]);

/** A clip's lines of the results. */
export function resultRows(row: Row | ResultRow): ResultRow[] {
  if (!isWindowed(row)) return [row];
  const { windows, segments, id, path, truth, ...reading } = row;
  return windows.map(({ startSeconds, endSeconds, ...rest }) => ({
    id: `${id}#${startSeconds}-${endSeconds}`,
    path,
    truth,
    startSeconds,
    endSeconds,
    ...rest,
    ...reading,
  }));
}

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
export function isFinal(row: Row | ResultRow): boolean {
  return !isFailed(row) || (FINAL_FAILURES.has(row.error.code) && row.sha256 !== undefined);
}
