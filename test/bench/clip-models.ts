import { join } from 'node:path';
import { saveBundle } from '../../src/bundle/bundle.js';
import { initializeMobileNet } from '../../src/encoder/initialize-encoder.js';
import { createOnnxEngine } from '../../src/engine/onnx/onnx-engine.js';
import { initializeRecurrent } from '../../src/network/initialize-network.js';
import { networksOf } from '../../src/network/networks.js';
import { parsePipeline } from '../../src/pipeline/pipeline-file.js';
import { random } from '../../src/random.js';
import { UNTRAINED } from '../support/untrained-manifest.js';

/** Folders of models. */
export interface BenchModels {
  readonly float32: string;
  readonly int8: string;
}

const PIPELINE = parsePipeline(
  `
name: bench
description: MobileNet v2 and an LSTM both ways, on the frames themselves.
input:
  kind: frames
  sampling: { kind: uniform, frames: 16 }
  preprocessing: { size: 224, fit: squash, kernel: linear }
  encoder: { architecture: mobilenet-v2, alpha: 1, weights: hub }
recurrent: { cell: lstm, units: 64, bidirectional: true, readout: mean }
training: { train: recurrent, epochs: 1, batchSize: 16, learningRate: 0.001 }
`,
  'bench.yaml',
);
const LABELS = ['one', 'other'];

/** Writes models with weights at random, which take the time that others take. */
export async function saveBenchModels(root: string): Promise<BenchModels> {
  const { encoder, recurrent } = networksOf(PIPELINE, { classes: LABELS.length });
  const inFloat32 = initializeMobileNet(encoder!, 1);
  const stream = random(1, 'bench');
  const noise = Uint8Array.from({ length: 224 * 224 * 3 }, () => stream.integer(0, 256));
  const inInt8 = await (await createOnnxEngine()).quantizeEncoder(encoder!, inFloat32, noise);
  const models = { float32: join(root, 'float32'), int8: join(root, 'int8') };
  const save = (folder: string, weights: typeof inFloat32, frames: number) =>
    saveBundle(folder, {
      manifest: {
        pipeline: PIPELINE,
        labels: LABELS,
        ...UNTRAINED,
        ...(frames > 0 && { quantization: { from: '0'.repeat(64), frames } }),
      },
      members: [new Map([...weights, ...initializeRecurrent(recurrent, 1)])],
      files: {},
    });
  await save(models.float32, inFloat32, 0);
  await save(models.int8, inInt8, 1);
  return models;
}
