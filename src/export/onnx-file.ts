import type { Bundle } from '../bundle/bundle.js';
import { clipGraph } from '../engine/onnx/clip-graph.js';
import { encodeModel } from '../engine/onnx/onnx-model.js';
import { replaceFile } from '../platform/replace-file.js';
import { cannotWriteResult } from '../platform/write-result.js';
import { cannotBe, clipModelOf, obstacleToGraph } from './clip-model.js';
import { modelMetadata } from './model-metadata.js';

/**
 * One file with all of a model: see engine/onnx/clip-graph.ts for what it reads and gives. Its metadata say the labels,
 * which frames it wants, and what the model card says.
 *
 * @returns how many bytes it has.
 * @throws UserError `usage` for what no graph computes; `cannot_write`.
 */
export async function writeOnnxFile(bundle: Bundle, path: string): Promise<number> {
  const { folder, manifest } = bundle;
  const obstacle = obstacleToOnnx(bundle);
  if (obstacle !== null) throw cannotBe('one ONNX file', { folder, obstacle });
  const model = clipModelOf(bundle);
  const content = encodeModel(clipGraph(model), {
    description: manifest.pipeline.description ?? '',
    metadata: await modelMetadata(bundle, model.input),
  });
  await replaceFile(path, content, { isSynced: false, failure: cannotWriteResult });
  return content.byteLength;
}

/** What of a model no ONNX file can hold; null where it holds all. */
export function obstacleToOnnx(bundle: Bundle): string | null {
  const { input } = bundle.manifest.pipeline;
  if (input.kind === 'frames' && input.streams.some(({ kind }) => kind === 'flow')) {
    return 'it reads optical flow, which ONNX has no operator to compute';
  }
  return obstacleToGraph(bundle);
}
