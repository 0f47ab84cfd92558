import { join } from 'node:path';
import type { Bundle } from '../bundle/bundle.js';
import { damaged } from '../bundle/manifest.js';
import type { FramesInput } from '../inputs/video/frames-schema.js';
import { unlessAbsent } from '../platform/exists.js';
import { NoRegularFile, readRegularFile } from '../platform/regular-file.js';
import { clipstepVersion } from '../platform/version.js';

/** What an exported model says of itself to programs, by name; all that is not plain text is JSON. */
export async function modelMetadata(
  { folder, manifest }: Bundle,
  { sampling, preprocessing, streams, gap }: FramesInput,
): Promise<Record<string, string>> {
  const { labels, minProbability, pipeline } = manifest;
  const entries = {
    labels: JSON.stringify(labels),
    min_probability: String(minProbability),
    sampling: JSON.stringify(sampling),
    preprocessing: JSON.stringify(preprocessing),
    streams: JSON.stringify(streams),
    gap: gap && JSON.stringify(gap),
    pipeline: pipeline.name,
    clipstep: clipstepVersion(),
    model_card: (await readCard(folder)) ?? undefined,
  };
  const given = Object.entries(entries).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return Object.fromEntries(given);
}

/** A model's card, in Markdown; null where it has none. */
export async function readCard(folder: string): Promise<string | null> {
  const path = join(folder, 'README.md');
  const read = readRegularFile(path).catch((cause: unknown) => {
    throw cause instanceof NoRegularFile ? damaged(path, `cannot be read: ${cause.message}`, cause) : cause;
  });
  return unlessAbsent(read.then(String));
}
