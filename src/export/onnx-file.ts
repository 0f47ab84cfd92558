import type { Bundle } from '../bundle/bundle.js';
import { clipGraph } from '../engine/onnx/clip-graph.js';
import { encodeModel } from '../engine/onnx/onnx-model.js';
import { UserError } from '../errors.js';
import { READOUT_LAYOUTS } from '../network/readouts.js';
import { replaceFile } from '../platform/replace-file.js';
import { cannotWriteResult } from '../platform/write-result.js';
import { modelMetadata } from './model-metadata.js';

/**
 * One file with all of a model: see engine/onnx/clip-graph.ts for what it reads and gives. Its metadata say the labels,
 * which frames it wants, and what the model card says.
 *
 * @returns how many bytes it has.
 * @throws UserError `usage` for what no graph computes; `cannot_write`.
 */
export async function writeOnnxFile(bundle: Bundle, path: string): Promise<number> {
  const { folder, manifest, networks, members } = bundle;
  const { pipeline, temperature } = manifest;
  const obstacle = obstacleOf(bundle);
  if (obstacle !== null) {
    throw new UserError('usage', {
      problem: `${folder} cannot be one ONNX file: ${obstacle}.`,
      fix: 'Use it with Clipstep, as a command or as a library, or train a model without that.',
    });
  }
  const { encoder } = networks;
  if (!encoder || pipeline.input.kind !== 'frames') throw new Error(`${folder} reads no frames`);
  const graph = clipGraph({
    networks: { ...networks, encoder },
    members,
    temperature,
    input: pipeline.input,
  });
  const content = encodeModel(graph, {
    description: pipeline.description ?? '',
    metadata: await modelMetadata(bundle, pipeline.input),
  });
  await replaceFile(path, content, { isSynced: false, failure: cannotWriteResult });
  return content.byteLength;
}

/** What of a model no graph of ours computes; null where all is. */
function obstacleOf({ manifest, networks }: Bundle): string | null {
  const { input } = manifest.pipeline;
  if (input.kind === 'frames' && input.streams.some(({ kind }) => kind === 'flow')) {
    return 'it reads optical flow, which is computed by a search that ONNX has no operator for';
  }
  const { upper, readout } = networks.recurrent;
  if (upper || READOUT_LAYOUTS[readout].cutsSegments) {
    return 'its network reads segments, whose places in a clip are found before it runs';
  }
  return null;
}
