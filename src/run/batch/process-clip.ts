import { type ErrorCode, messageOf, UserError } from '../../errors.js';
import { locatePath } from '../../media/inputs.js';
import { type ClipResult, ComputeFailure, classifyClip, type SharedModel } from './classify-clip.js';
import { type Content, readContent } from './content.js';
import { hasEmbedding, writeEmbedding } from './embeddings.js';
import type { BatchClip } from './find-clips.js';
import type { ClassifiedRow, FailedRow, Row } from './row.js';

/** What a finished clip's row said, as far as it tells whether the row still holds. */
export interface FinishedClip {
  readonly sha256: string | undefined;
  readonly truth: string | undefined;
  readonly embedding: string | undefined;
  readonly isFailed: boolean;
}

export interface ProcessOptions {
  readonly model: SharedModel;
  readonly labels: readonly string[];
  readonly top: number;
  readonly minProbability: number;
  readonly timeoutSeconds: number;
  readonly embeddings: string | undefined;
  readonly signal: AbortSignal;
}

/** Failures that are not one clip's: the run cannot go on. */
const RUN_FAILURES: ReadonlySet<ErrorCode> = new Set(['aborted', 'missing_tool', 'cannot_write']);

/**
 * Classifies one clip, whatever is wrong with it: that costs its own row.
 *
 * @param finished the clip's row that stands already, if any.
 * @returns null when that row still holds.
 * @throws UserError `aborted`, `missing_tool`, `cannot_write`; ComputeFailure.
 */
export async function processClip(
  { clip, finished }: { clip: BatchClip; finished: FinishedClip | undefined },
  options: ProcessOptions,
): Promise<Row | null> {
  let content: Content | undefined;
  try {
    if (clip.problem) throw clip.problem;
    const location = await locatePath(clip.path);
    content = await readContent({ clip, location }, options);
    if (finished && (await stillHolds(finished, { clip, content, options }))) return null;
    const result = await classifyClip({ clip, location }, options);
    const { embeddings } = options;
    const embedding = embeddings && (await writeEmbedding(embeddings, { clip, content, result }));
    return { ...classifiedRow({ clip, content, result }, options), ...(embedding && { embedding }) };
  } catch (error) {
    const isOfRun = error instanceof UserError && RUN_FAILURES.has(error.code);
    if (isOfRun || error instanceof ComputeFailure) throw error;
    return failedRow({ clip, content, error });
  }
}

async function stillHolds(
  finished: FinishedClip,
  { clip, content, options }: { clip: BatchClip; content: Content; options: ProcessOptions },
): Promise<boolean> {
  if (finished.sha256 !== content.sha256 || finished.truth !== clip.truth) return false;
  if (finished.isFailed || !options.embeddings) return true;
  return hasEmbedding(options.embeddings, finished.embedding);
}

function classifiedRow(
  { clip, content, result }: { clip: BatchClip; content: Content; result: ClipResult },
  { labels, top, minProbability }: ProcessOptions,
): ClassifiedRow {
  const ranking = result.probabilities
    .map((probability, index) => ({ label: labels[index]!, probability }))
    .sort((first, second) => second.probability - first.probability);
  const best = ranking[0]!;
  const truth = ranking.find(({ label }) => label === clip.truth);
  return {
    ...identityOf(clip),
    label: best.probability < minProbability ? null : best.label,
    probability: best.probability,
    top: ranking.slice(0, top),
    ...(truth && { truthProbability: truth.probability }),
    frames: result.frames,
    durationSeconds: result.durationSeconds,
    ...content,
    milliseconds: result.milliseconds,
  };
}

function failedRow(failed: { clip: BatchClip; content: Content | undefined; error: unknown }): FailedRow {
  const { clip, content, error } = failed;
  return {
    ...identityOf(clip),
    ...content,
    error: error instanceof UserError ? told(error) : defect(clip, error),
  };
}

const told = ({ code, problem, fix }: UserError) => ({ code, message: problem, fix });

/** Clipstep's own fault: one clip of a kind that nobody thought of must not cost the others. */
function defect({ path }: BatchClip, error: unknown) {
  return {
    code: 'defect' satisfies ErrorCode,
    message: `${path} met a defect of Clipstep: ${messageOf(error)}.`,
    fix: 'Please report it, with the clip if you can share it.',
  };
}

function identityOf({ id, path, truth }: BatchClip): Pick<Row, 'id' | 'path' | 'truth'> {
  return { id, path, ...(truth !== undefined && { truth }) };
}
