import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { saveBundle } from '../../src/bundle/bundle.js';
import { MARKERS } from '../../src/inputs/text/vocabulary.js';
import { initializeRecurrent } from '../../src/network/initialize-network.js';
import { networksOf } from '../../src/network/networks.js';
import { parsePipeline } from '../../src/pipeline/pipeline-file.js';
import { random } from '../../src/random.js';
import { UNTRAINED } from './untrained-manifest.js';

const PIPELINE = `
name: tiny-pairs
description: Says words backwards, in capital letters.
task: translation
data: { kind: pairs, from: low, to: high }
input: { kind: text, unit: word, embedding: 16, minCount: 1, longest: 6 }
recurrent: { cell: gru, units: 24, readout: every, source: { cell: gru, units: 16 } }
split: { validation: 0.1, test: 0.1 }
training: { train: recurrent, epochs: 20, batchSize: 16, learningRate: 0.02 }
`;

const WORDS = [...'abcdefgh'];

/** A text of some different words, and the same backwards in capital letters. */
function tinyPairs(count: number): Array<[string, string]> {
  const stream = random(1, 'pairs');
  return Array.from({ length: count }, () => {
    const words = stream.shuffle(WORDS).slice(0, stream.integer(1, 5));
    return [words.join(' '), words.toReversed().join(' ').toUpperCase()];
  });
}

/** A folder of files of lines, of which a small network learns to say all backwards. */
export async function writeTinyPairs(folder: string, count = 400): Promise<void> {
  await mkdir(folder, { recursive: true });
  const pairs = tinyPairs(count);
  const parts = { train: pairs.slice(40), val: pairs.slice(0, 20), test: pairs.slice(20, 40) };
  for (const [part, own] of Object.entries(parts)) {
    await writeFile(join(folder, `${part}.low`), `${own.map(([low]) => low).join('\n')}\n`);
    await writeFile(join(folder, `${part}.high`), `${own.map(([, high]) => high).join('\n')}\n`);
  }
}

/** The same as a table. */
export async function writeTinyPairTable(path: string, count = 400): Promise<void> {
  await writeFile(
    path,
    `${tinyPairs(count)
      .map((pair) => pair.join('\t'))
      .join('\n')}\n`,
  );
}

/** @returns the path of the pipeline. */
export async function writeTinyPairPipeline(folder: string): Promise<string> {
  const path = join(folder, 'tiny-pairs.yaml');
  await writeFile(path, PIPELINE);
  return path;
}

/** Writes a translation model with weights that nobody trained. */
export async function saveTinyPairBundle(folder: string): Promise<void> {
  const pipeline = parsePipeline(PIPELINE, 'tiny-pairs.yaml');
  const [sourceVocabulary, vocabulary] = [WORDS, WORDS.map((word) => word.toUpperCase())];
  const networks = networksOf(pipeline, {
    classes: MARKERS + vocabulary.length,
    vocabulary,
    sourceVocabulary,
  });
  await saveBundle(folder, {
    manifest: { pipeline, labels: [], vocabulary, sourceVocabulary, ...UNTRAINED },
    members: [initializeRecurrent(networks.recurrent, 1)],
    files: {},
  });
}
