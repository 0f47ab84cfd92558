import { isFailureOfInput, UserError } from '../../errors.js';
import type { FeatureSequence } from '../../inputs/batches.js';
import type { KeptFeatures } from '../../inputs/video/sequences.js';
import type { PlanChoice } from '../../media/frames.js';
import { locatePath } from '../../media/locate.js';
import type { StartProgram } from '../../platform/child-process/program.js';
import { type ClipPart, ComputeFailure, classifyClip, type SharedModel } from '../classify-clip.js';
import { classifyText, type TextModel } from '../classify-text.js';
import { classifyWindows } from './classify-windows.js';
import { type Content, contentOfText, type ReadContent } from './content.js';
import { hasEmbedding, writeEmbedding } from './embeddings.js';
import type { BatchClip } from './find-clips.js';
import { classifiedRow, failedRow, type RowOptions, windowedRow } from './make-row.js';
import type { Row } from './row.js';
import { type SubtitleFormat, writeSubtitles } from './subtitles.js';
import { mergeWindows, type Windowing } from './windows.js';

/** What a finished clip's row said, as far as it says whether the row still holds. */
export interface FinishedClip {
  readonly sha256: string | undefined;
  readonly truth: string | undefined;
  readonly embedding: string | undefined;
  readonly isFailed: boolean;
}

export interface ProcessOptions extends RowOptions {
  readonly model: SharedModel;
  /** The model, where it reads texts. */
  readonly texts: TextModel | null;
  readonly readContent: ReadContent;
  readonly sampling: PlanChoice;
  readonly allowDamaged: boolean;
  readonly decoderThreads: number;
  readonly timeoutSeconds: number;
  readonly startProgram: StartProgram;
  readonly windowing: Windowing | undefined;
  readonly subtitles: SubtitleFormat | undefined;
  readonly embeddings: string | undefined;
  /** What training has kept of clips; null where the model has no encoder, or there is no cache. */
  readonly keptFeatures: KeptFeatures | null;
  readonly signal: AbortSignal;
}

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
    const opened = clip.text === undefined ? await openFiles(clip, options) : openText(clip, options);
    content = opened.content;
    if (finished && (await stillHolds(finished, { clip, content, options }))) return null;
    return await opened.classify();
  } catch (error) {
    const isOfRun = error instanceof UserError && !isFailureOfInput(error);
    if (isOfRun || error instanceof ComputeFailure) throw error;
    return failedRow({ clip, content, error });
  }
}

/** What is known of a clip's bytes, and how to go on. */
interface Opened {
  readonly content: Content;
  classify(): Promise<Row>;
}

async function openFiles(clip: BatchClip, options: ProcessOptions): Promise<Opened> {
  const located = await locatePath(clip.path);
  const content = await options.readContent({ clip, located });
  const { startSeconds, endSeconds } = clip;
  const part = { located, startSeconds, endSeconds };
  return { content, classify: () => classifiedAs({ clip, part, content }, options) };
}

function openText(clip: BatchClip, options: ProcessOptions): Opened {
  if (!options.texts) throw new Error(`${clip.id} is a text, and the model reads none`);
  const { texts } = options;
  const content = contentOfText(clip.text!);
  const classify = async () => {
    const result = await classifyText({ id: clip.id, path: clip.path, text: clip.text }, texts);
    return classifiedRow({ clip, content, embedding: undefined, result }, options);
  };
  return { content, classify };
}

async function classifiedAs(
  { clip, part, content }: { clip: BatchClip; part: ClipPart; content: Content },
  options: ProcessOptions,
): Promise<Row> {
  const { model, windowing, embeddings } = options;
  const keep = async (tensors: ReadonlyMap<string, FeatureSequence>) =>
    embeddings === undefined ? undefined : writeEmbedding(embeddings, { clip, content, tensors });
  const { source } = model.input;
  if (!windowing || source.kind === 'direct') {
    const sequence = (await options.keptFeatures?.(clip, content.sha256)) ?? null;
    const result = await classifyClip(part, { ...options, sequence });
    const embedding = await keep(new Map([['features', result.sequence]]));
    return classifiedRow({ clip, content, embedding, result }, options);
  }
  const results = await classifyWindows(part, { ...options, windowing, input: source.frames });
  const segments = mergeWindows(results, options);
  if (options.subtitles) await writeSubtitles(clip.path, { segments, format: options.subtitles });
  const named = results.map(
    (each) => [`features ${each.startSeconds}-${each.endSeconds}`, each.sequence] as const,
  );
  const embedding = await keep(new Map(named));
  return windowedRow({ clip, content, embedding, results, segments }, options);
}

async function stillHolds(
  finished: FinishedClip,
  { clip, content, options }: { clip: BatchClip; content: Content; options: ProcessOptions },
): Promise<boolean> {
  if (finished.sha256 !== content.sha256 || finished.truth !== clip.truth) return false;
  if (finished.isFailed || !options.embeddings) return true;
  return hasEmbedding(options.embeddings, finished.embedding);
}
