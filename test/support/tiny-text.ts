import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { saveBundle } from '../../src/bundle/bundle.js';
import { MARKERS } from '../../src/inputs/text/vocabulary.js';
import { initializeRecurrent } from '../../src/network/initialize-network.js';
import { networksOf } from '../../src/network/networks.js';
import { parsePipeline } from '../../src/pipeline/pipeline-file.js';
import { UNTRAINED } from './untrained-manifest.js';

const PIPELINE = `
name: tiny-language
description: Writes as a test wants it.
task: language
data: { kind: texts }
input: { kind: text, unit: character, embedding: 4, minCount: 1 }
recurrent: { cell: lstm, units: 16, readout: every }
split: { validation: 0.1, test: 0.1 }
training: { train: recurrent, epochs: 2, batchSize: 4, timesteps: 8, learningRate: 0.02 }
`;

/** A text that a small network learns at once. */
export async function writeTinyText(path: string, lines = 100): Promise<void> {
  await writeFile(path, 'abcd efgh\n'.repeat(lines));
}

/** @returns the path of the pipeline. */
export async function writeTinyLanguagePipeline(folder: string): Promise<string> {
  const path = join(folder, 'tiny-language.yaml');
  await writeFile(path, PIPELINE);
  return path;
}

/** Writes a language model with weights that nobody trained. */
export async function saveTinyLanguageBundle(folder: string): Promise<void> {
  const pipeline = parsePipeline(PIPELINE, 'tiny-language.yaml');
  const vocabulary = [...'abcdefgh \n', 'é', '👨‍👩‍👧'];
  const networks = networksOf(pipeline, { classes: MARKERS + vocabulary.length, vocabulary });
  await saveBundle(folder, {
    manifest: {
      pipeline,
      labels: [],
      vocabulary,
      ...UNTRAINED,
    },
    members: [initializeRecurrent(networks.recurrent, 1)],
    files: {},
  });
}
