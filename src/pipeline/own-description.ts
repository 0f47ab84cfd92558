import { resolve } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { shippedNames, shippedPath } from '../platform/shipped.js';
import { readPipeline } from './pipeline-file.js';
import type { Pipeline } from './schema.js';

/**
 * A pipeline without a description that was copied with its file: what a pipeline that ships says of its own model
 * is not true of one with another name, or that is trained on other data.
 *
 * @param options.folder of the pipeline's file.
 * @param options.data what it is trained on instead of its own.
 */
export async function withOwnDescription(
  pipeline: Pipeline,
  options: { folder: string; data: string | undefined },
): Promise<Pipeline> {
  const { description, ...rest } = pipeline;
  if (description === undefined) return pipeline;
  for (const name of await shippedNames('pipeline')) {
    const shipped = await readPipeline(shippedPath('pipeline', name));
    if (shipped.description?.trim() !== description.trim()) continue;
    return pipeline.name === shipped.name && isOnOwnData(pipeline, { ...options, shipped }) ? pipeline : rest;
  }
  return pipeline;
}

function isOnOwnData(
  { data: own }: Pipeline,
  { folder, data, shipped }: { folder: string; data: string | undefined; shipped: Pipeline },
): boolean {
  if (!isDeepStrictEqual(own, shipped.data)) return false;
  switch (own?.kind) {
    case 'folder':
      return data === undefined || resolve(data) === resolve(folder, own.path);
    case 'motion':
      return data === undefined;
    default:
      // It says what the data is, and --data where it lies.
      return true;
  }
}
