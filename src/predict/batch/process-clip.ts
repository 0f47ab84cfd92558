import type { MobileNet } from '../../encoder/mobilenet.js';
import { featuresOnly } from '../../engine/feature-places.js';
import { UserError } from '../../errors.js';
import type { FeatureSequence } from '../../inputs/batches.js';
import type { KeptFeatures } from '../../inputs/video/sequences.js';
import type { PlanChoice } from '../../media/frames.js';
import { locatePath } from '../../media/locate.js';
import type { StartProgram } from '../../platform/child-process/program.js';
import { isFailureOfInput } from '../../platform/failure-of-input.js';
import { lackOf } from '../../platform/lack.js';
import { type ClipPart, ComputeFailure, classifyClip, type SharedModel } from '../classify-clip.js';
import { classifyText, type TextModel } from '../classify-text.js';
import type { RemoteClips } from '../remote-clips.js';
import type { BatchClip } from './batch-clip.js';
import { classifyWindows } from './classify-windows.js';
import { type Content, contentOfText, type ReadContent } from './content.js';
import { hasEmbedding, writeEmbedding } from './embeddings.js';
import { classifiedRow, failedRow, type RowOptions, windowedRow } from './make-row.js';
import { isFailed, type Row } from './row.js';
import { type SubtitleFormat, writeSubtitles } from './subtitles.js';
import { mergeWindows, type Windowing } from './windows.js';

export interface ProcessOptions extends RowOptions {
  readonly model: SharedModel;
  /** The model's encoder, where it has one. */
  readonly encoder: MobileNet | null;
  /** The model, where it reads texts. */
  readonly texts: TextModel | null;
  readonly readContent: ReadContent;
  readonly remote: RemoteClips;
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
 * @throws UserError `aborted`, `missing_tool`, `cannot_write`; ComputeFailure; whatever a lack on this machine causes.
 */
export async function processClip(
  { clip, finished }: { clip: BatchClip; finished: Row | null },
  options: ProcessOptions,
): Promise<Row | null> {
  let content: Content | undefined;
  try {
    if (clip.problem) throw new UserError(clip.problem.code, clip.problem);
    // What lies at an address is taken to be what it was: to be sure would be to fetch all of it again.
    if (clip.address && finished && (await stillHolds(finished, { clip, content: null, options })))
      return null;
    return await withOpened(clip, options, async (opened) => {
      content = opened.content;
      if (finished && (await stillHolds(finished, { clip, content, options }))) return null;
      return opened.classify();
    });
  } catch (error) {
    const isOfRun = error instanceof UserError ? !isFailureOfInput(error) : lackOf(error) !== null;
    if (isOfRun || error instanceof ComputeFailure) throw error;
    return failedRow({ clip, content, error });
  }
}

/** What is known of a clip's bytes, and how to go on. */
interface Opened {
  readonly content: Content;
  classify(): Promise<Row>;
}

/** Does work on a clip while what it is made of is there. */
async function withOpened<T>(
  clip: BatchClip,
  options: ProcessOptions,
  work: (opened: Opened) => Promise<T>,
): Promise<T> {
  if (clip.text !== undefined) return work(openText(clip, options));
  if (clip.address === undefined) return work(await openFiles(clip, clip.path, options));
  if (options.subtitles) throw noPlaceForSubtitles(clip);
  return options.remote.withFile(clip.address, async (path) => work(await openFiles(clip, path, options)));
}

/** @param path of what the clip is made of; another than its own where it was fetched. */
async function openFiles(clip: BatchClip, path: string, options: ProcessOptions): Promise<Opened> {
  const located = { ...(await locatePath(path)), input: clip.path };
  const content = await options.readContent({ clip: { ...clip, path }, located });
  const { startSeconds, endSeconds } = clip;
  const part = { located, startSeconds, endSeconds };
  return { content, classify: () => classifiedAs({ clip, part, content }, options) };
}

function noPlaceForSubtitles({ path }: BatchClip): UserError {
  return new UserError('usage', {
    problem: `${path} is an address, beside which no subtitles can be written.`,
    fix: 'Leave out --subtitles, or download the clips first.',
  });
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
  const { model, encoder, windowing, embeddings } = options;
  const keep = async (sequences: ReadonlyMap<string, FeatureSequence>) => {
    if (embeddings === undefined) return undefined;
    const named = [...sequences].map(
      ([name, sequence]) => [name, encoder ? featuresOnly(sequence, encoder) : sequence] as const,
    );
    return writeEmbedding(embeddings, { clip, content, tensors: new Map(named) });
  };
  const { source } = model.input;
  if (!windowing || source.kind === 'direct') {
    // What was fetched is in no dataset.
    const kept = clip.address === undefined ? options.keptFeatures : null;
    const sequence = (await kept?.(clip, content.sha256)) ?? null;
    const result = await classifyClip(part, { ...options, sequence });
    const embedding = await keep(new Map([['features', result.sequence]]));
    return classifiedRow({ clip, content, embedding, result }, options);
  }
  const results = await classifyWindows(part, { ...options, windowing, input: source.frames });
  const segments = mergeWindows(results, { ...options, windowing });
  if (options.subtitles) await writeSubtitles(clip.path, { segments, format: options.subtitles });
  const named = results.map(
    (each) => [`features ${each.startSeconds}-${each.endSeconds}`, each.sequence] as const,
  );
  const embedding = await keep(new Map(named));
  return windowedRow({ clip, content, embedding, results, segments }, options);
}

async function stillHolds(
  finished: Row,
  { clip, content, options }: { clip: BatchClip; content: Content | null; options: ProcessOptions },
): Promise<boolean> {
  if (finished.truth !== clip.truth || (content && finished.sha256 !== content.sha256)) return false;
  if (isFailed(finished) || !options.embeddings) return true;
  return hasEmbedding(options.embeddings, finished.embedding);
}
