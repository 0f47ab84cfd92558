import { type ErrorCode, messageOf, UserError } from '../../errors.js';
import { answerFields, answerOf, type Limits } from '../../tasks/classification/answer.js';
import type { ClipResult } from '../classify-clip.js';
import type { TextResult } from '../classify-text.js';
import { rankResult } from '../rank.js';
import type { BatchClip } from './batch-clip.js';
import { totalMilliseconds, type WindowResult } from './classify-windows.js';
import type { Content } from './content.js';
import type { Answer, ClassifiedRow, FailedRow, Row, WindowedRow } from './row.js';
import type { Segment } from './windows.js';

export interface RowOptions extends Limits {
  readonly labels: readonly string[];
  /** Classes that a row lists. */
  readonly top: number;
}

/** Of a clip or a text, which have not all in common. */
type Result = Pick<ClipResult, 'probabilities' | 'milliseconds'> & Partial<ClipResult & TextResult>;

/** What every row of a clip that could be read says. */
interface ReadClip {
  readonly clip: BatchClip;
  readonly content: Content;
  readonly embedding: string | undefined;
}

export function classifiedRow(
  { result, ...read }: ReadClip & { result: Result },
  options: RowOptions,
): ClassifiedRow {
  return {
    ...identityOf(read.clip),
    ...predictionOf(result, { ...options, truth: read.clip.truth }),
    ...readingOf(read, [result]),
  };
}

export function windowedRow(
  { results, segments, ...read }: ReadClip & { results: readonly WindowResult[]; segments: Segment[] },
  options: RowOptions,
): WindowedRow {
  const { truth } = read.clip;
  return {
    ...identityOf(read.clip),
    windows: results.map((result) => {
      const { startSeconds, endSeconds } = result;
      return { startSeconds, endSeconds, ...predictionOf(result, { ...options, truth }) };
    }),
    segments,
    ...readingOf(read, results),
  };
}

export function failedRow(failed: {
  clip: BatchClip;
  content: Content | undefined;
  error: unknown;
}): FailedRow {
  const { clip, content, error } = failed;
  return {
    ...identityOf(clip),
    ...content,
    error: error instanceof UserError ? told(error) : defect(clip, error),
  };
}

function predictionOf(
  result: Result,
  { labels, top, truth, ...limits }: RowOptions & { truth: string | undefined },
): Answer {
  const { distance, frames, damaged, plan, tokens, unknownTokens } = result;
  const ranking = rankResult(result, labels);
  const best = ranking[0]!;
  const ofTruth = ranking.find(({ label }) => label === truth);
  return {
    ...answerFields(answerOf({ best, distance }, limits)),
    probability: best.probability,
    distance,
    top: ranking.slice(0, top),
    truthProbability: ofTruth?.probability,
    frames,
    damaged,
    plan,
    tokens,
    unknownTokens,
  };
}

function readingOf({ content, embedding }: ReadClip, results: readonly Result[]) {
  return {
    durationSeconds: results[0]!.durationSeconds,
    ...content,
    embedding,
    milliseconds: totalMilliseconds(results),
  };
}

const told = ({ code, problem, fix }: UserError) => ({ code, message: problem, fix });

/** Clipstep's own fault: one clip of a kind that nobody thought of must not cost the others. */
function defect({ path }: BatchClip, error: unknown) {
  return {
    code: 'defect' satisfies ErrorCode,
    message: `${path} ran into a bug in Clipstep: ${messageOf(error)}.`,
    fix: 'Please report it, with the clip if you can share it.',
  };
}

function identityOf({ id, path, truth, text }: BatchClip): Pick<Row, 'id' | 'path' | 'truth' | 'text'> {
  return { id, path, truth, text };
}
