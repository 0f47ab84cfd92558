import { loadBaselines } from '../bundle/baselines-file.js';
import type { Bundle, NewBundle } from '../bundle/bundle.js';
import { requireTrained } from '../bundle/find-model.js';
import { mobileNetParameters } from '../encoder/encoder-parameters.js';
import { int8Layers } from '../encoder/int8-layers.js';
import type { Engine } from '../engine/engine.js';
import { distinctEncoders } from '../engine/feature-places.js';
import { selectEngine } from '../engine/select.js';
import { UserError } from '../errors.js';
import { openEvaluationParts } from '../evaluate/evaluation-parts.js';
import { openSequenceCache } from '../inputs/feature-cache.js';
import { framesOf } from '../inputs/input-kinds.js';
import type { FramesInput } from '../inputs/video/frames-schema.js';
import { inInt8 } from '../network/networks.js';
import { summaryOf } from '../tasks/classification/summary.js';
import { requireCommand } from '../tasks/commands.js';
import type { Weights } from '../tensors/tensor.js';
import { type Comparison, compareModels } from './compare-models.js';
import type { QuantizeEvent } from './quantize-event.js';
import { readFrames } from './read-frames.js';

export interface QuantizationSettings {
  /** Folder of classes, or manifest; the data that the model's pipeline generates or downloads when absent. */
  readonly data?: string | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onEvent: (event: QuantizeEvent) => void;
}

/** A model in int8, and how it compares. */
export interface QuantizedModel {
  /** All of it but the files beside its weights. */
  readonly model: Omit<NewBundle, 'files'>;
  /** Frames of the training part that were looked at. */
  readonly frames: number;
  /** Both models on the test part; null when there is none, or none of it can be read. */
  readonly comparison: Comparison | null;
}

/**
 * Makes a model whose encoder computes in int8 on the onnx engine, from one in float32 and the data that it was
 * trained on: frames of the training part say what values the feature maps have, and the test part is scored with
 * both models. Everything else stays as it is.
 *
 * @throws UserError `usage` for a model without an encoder, or with one that is quantized already or too short;
 *   `bad_dataset` when no clip of the training part can be read, and what openEvaluationParts throws.
 */
export async function quantizeModel(bundle: Bundle, options: QuantizationSettings): Promise<QuantizedModel> {
  const input = inputOf(bundle);
  const { data, signal, onEvent } = options;
  const parts = await openEvaluationParts(bundle, { data, split: 'train', onEvent, signal });
  const { engine } = await selectEngine('onnx');
  const { pipeline } = bundle.manifest;
  const run = { pipeline, cache: openSequenceCache(onEvent), onEvent, signal };
  const pictures = await readFrames({ ...run, input, seed: pipeline.seed }, parts.train);
  const frames = pictures.length / (input.preprocessing.size ** 2 * 3);
  const { weights, baselines, ...manifest } = bundle.manifest;
  const quantization = { from: weights.sha256, frames };
  const int8: Bundle = {
    folder: bundle.folder,
    manifest: { ...bundle.manifest, quantization },
    networks: inInt8(bundle.networks),
    members: await quantizeMembers(engine, bundle, pictures),
  };
  const comparison = await compareModels(run, { float32: bundle, int8, engine, test: parts.test });
  const versions = { ...manifest.versions, [engine.name]: engine.version };
  const test = comparison && summaryOf(comparison.int8, comparison.shuffledAccuracy);
  const model = {
    manifest: { ...manifest, quantization, versions, test },
    members: int8.members,
    baselines: await loadBaselines(bundle),
  };
  return { model, frames, comparison };
}

/** The frames that a model's encoder reads, when it has one that can be quantized. */
function inputOf({ folder, manifest, networks }: Bundle): FramesInput {
  requireTrained({ folder, manifest }, 'quantize');
  requireCommand('quantize', { name: folder, pipeline: manifest.pipeline });
  if (manifest.quantization) {
    throw new UserError('usage', {
      problem: `The encoder of ${folder} is in int8 already.`,
      fix: 'Give the model in float32 that it was made from.',
    });
  }
  if (networks.encoder && int8Layers(networks.encoder).length === 0) {
    throw new UserError('usage', {
      problem: `The encoder of ${folder} has no more than its first blocks, which stay in float32.`,
      fix: 'Use the model as it is, or give one with more encoder.blocks.',
    });
  }
  // There is an encoder, as the command asks for.
  return framesOf(manifest.pipeline.input)!;
}

/** Members that share an encoder go on sharing it. */
async function quantizeMembers(
  engine: Engine,
  { networks, members }: Bundle,
  frames: Uint8Array,
): Promise<Weights[]> {
  const network = networks.encoder!;
  const names = mobileNetParameters(network).map(({ name }) => name);
  const quantized: Array<{ from: Weights; to: Weights }> = [];
  for (const from of distinctEncoders(network, members)) {
    quantized.push({ from, to: await engine.quantizeEncoder(network, from, frames) });
  }
  return members.map((weights) => {
    const same = quantized.find(({ from }) => names.every((name) => from.get(name) === weights.get(name)));
    const others = [...weights].filter(([name]) => !names.includes(name));
    return new Map([...same!.to, ...others]);
  });
}
