import { join } from 'node:path';
import type { Bundle } from '../../bundle/bundle.js';
import type { Skipped } from '../../datasets/dataset.js';
import { inputOf } from '../../inputs/input-kinds.js';
import { Spool } from '../../platform/spool.js';
import type { BatchClip, ClipKind } from './batch-clip.js';
import type { BatchOptions } from './batch-options.js';
import { listClips } from './list-clips.js';
import { listTexts } from './list-texts.js';
import type { Shard } from './shard.js';

/** What a batch is to classify. */
export interface FoundClips {
  /** In natural order, or that of the list; to be released. */
  readonly clips: Spool<BatchClip>;
  /** What may have been meant as a clip but is none, each with the reason. */
  readonly skipped: readonly Skipped[];
}

type Listed = Pick<BatchOptions, 'bundle' | 'source' | 'shard' | 'followLinks' | 'encoding'>;

/**
 * Lists a batch's clips or texts before any is classified, so that a list that does not fit costs no time.
 *
 * @throws UserError as listClips and listTexts.
 */
export async function findAll(
  options: Listed,
  { scratch, signal }: Omit<ListContext, 'onSkipped'>,
): Promise<FoundClips> {
  const skipped: Skipped[] = [];
  const clips = new Spool<BatchClip>(join(scratch, 'clips'));
  const listed = list(options, { scratch, signal, onSkipped: (each) => skipped.push(each) });
  try {
    for await (const clip of listed) await clips.add(clip);
    return { clips, skipped };
  } catch (error) {
    await clips.release();
    throw error;
  }
}

/** Once each, in their order. */
export async function* idsOf(clips: AsyncIterable<BatchClip>): AsyncGenerator<string, void> {
  for await (const { id } of clips) yield id;
}

function list({ bundle, ...options }: Listed, context: ListContext): AsyncIterable<BatchClip> {
  const { labels } = bundle.manifest;
  const { source, shard, followLinks = false, encoding = 'utf-8' } = options;
  return listSource(source, { kind: kindOf(bundle), labels, shard, followLinks, encoding, ...context });
}

/** What a model reads. */
export function kindOf({ manifest }: Bundle): ClipKind {
  const { images, given } = inputOf(manifest.pipeline.input);
  if (given === 'texts') return 'texts';
  return images === 'frames' ? 'clips' : 'images';
}

interface ListContext {
  readonly scratch: string;
  readonly signal: AbortSignal;
  readonly onSkipped: (skipped: Skipped) => void;
}

interface SourceOptions extends ListContext {
  readonly kind: ClipKind;
  readonly labels: readonly string[];
  readonly followLinks: boolean;
  readonly encoding: string;
  readonly shard: Shard | undefined;
}

/** The clips or texts of a source, in its order. @throws UserError as listClips and listTexts. */
export function listSource(
  source: string,
  { kind, labels, encoding, ...options }: SourceOptions,
): AsyncIterable<BatchClip> {
  if (kind === 'texts') return listTexts(source, { encoding, shard: options.shard });
  const images = kind === 'clips' ? 'frames' : 'clips';
  return listClips(source, { ...options, labels: new Set(labels), images });
}
