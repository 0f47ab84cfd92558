import { type NewBundle, saveBundle } from '../../src/bundle/bundle.js';
import { initializeMobileNet } from '../../src/encoder/initialize-encoder.js';
import { initializeRecurrent } from '../../src/network/initialize-network.js';
import { networksOf } from '../../src/network/networks.js';
import { parsePipeline } from '../../src/pipeline/pipeline-file.js';
import { UNTRAINED } from './untrained-manifest.js';

/** The smallest network that reads clips. */
export const tinyPipeline = parsePipeline(
  `
name: tiny
description: For tests.
input:
  kind: frames
  sampling: { kind: uniform, frames: 3 }
  preprocessing: { size: 96, fit: squash, kernel: linear }
  encoder: { architecture: mobilenet-v1, alpha: 0.1, weights: scratch }
recurrent: { cell: lstm, units: 4 }
training: { train: everything, epochs: 2, batchSize: 4, learningRate: 0.001 }
split: { validation: 0.25, test: 0.25 }
seed: 1
`,
  'tiny.yaml',
);

/** Writes a model of the tiny network with weights that nobody trained; a member for each seed, or stream. */
export async function saveTinyBundle(
  folder: string,
  changes: Partial<NewBundle['manifest']> = {},
  seeds?: readonly number[],
) {
  const labels = ['down', 'up'];
  const networks = networksOf(changes.pipeline ?? tinyPipeline, { classes: labels.length });
  const ownSeeds = seeds ?? Array.from({ length: networks.apart }, (_, stream) => stream + 1);
  await saveBundle(folder, {
    manifest: {
      pipeline: tinyPipeline,
      labels,
      ...UNTRAINED,
      ...changes,
    },
    members: ownSeeds.map(
      (seed) =>
        new Map([
          ...initializeMobileNet(networks.encoder!, 1),
          ...initializeRecurrent(networks.recurrent, seed),
        ]),
    ),
    files: { 'README.md': '# tiny\n' },
  });
}

/** Writes a model that reads pictures of digits row by row, with weights that nobody trained. */
export async function saveTinyRowsBundle(folder: string): Promise<void> {
  const pipeline = parsePipeline(
    `
name: tiny-rows
description: For tests.
input: { kind: rows }
recurrent: { cell: lstm, units: 4 }
training: { train: recurrent, epochs: 1, batchSize: 4, learningRate: 0.001 }
`,
    'tiny-rows.yaml',
  );
  const labels = [...'0123456789'];
  const networks = networksOf(pipeline, { classes: labels.length });
  await saveBundle(folder, {
    manifest: {
      pipeline,
      labels,
      ...UNTRAINED,
    },
    members: [initializeRecurrent(networks.recurrent, 1)],
    files: {},
  });
}
