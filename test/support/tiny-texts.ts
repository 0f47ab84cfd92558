import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { saveBundle } from '../../src/bundle/bundle.js';
import { initializeRecurrent } from '../../src/network/initialize-network.js';
import { networksOf } from '../../src/network/networks.js';
import { parsePipeline } from '../../src/pipeline/pipeline-file.js';
import { UNTRAINED } from './untrained-manifest.js';

/** Two made-up languages: names of one end in vowels, those of the other in consonants. */
const LANGUAGES = { Aitani: ['ta', 'mi', 'ro', 'lu'], Brakk: ['tak', 'bro', 'kur', 'dest'] };

const PIPELINE = `
name: tiny-texts
description: For tests.
data: { kind: texts }
input: { kind: text, unit: character, embedding: 8 }
recurrent: { cell: lstm, units: 8, bidirectional: true, readout: attention }
training: { train: recurrent, epochs: 8, batchSize: 8, learningRate: 0.02 }
split: { validation: 0.2, test: 0.2, by: hash }
`;

export const tinyTextPipeline = parsePipeline(PIPELINE, 'tiny-texts.yaml');

/** Files <folder>/<language>.txt with so many names each. */
export async function writeTinyTexts(folder: string, perClass: number): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const [label, syllables] of Object.entries(LANGUAGES)) {
    const names = Array.from({ length: perClass }, (_, index) => nameOf(syllables, index));
    await writeFile(join(folder, `${label}.txt`), `${names.join('\n')}\n`);
  }
}

/** A pipeline file for texts that are read by characters; returns its path. */
export async function writeTinyTextPipeline(folder: string): Promise<string> {
  const path = join(folder, 'tiny-texts.yaml');
  await mkdir(folder, { recursive: true });
  await writeFile(path, PIPELINE);
  return path;
}

/** Writes a model that reads texts by characters, with weights that nobody trained. */
export async function saveTinyTextBundle(folder: string): Promise<void> {
  const labels = Object.keys(LANGUAGES);
  const vocabulary = [...'aeioutkrbmldsT'];
  const { recurrent } = networksOf(tinyTextPipeline, { classes: labels.length, vocabulary });
  await saveBundle(folder, {
    manifest: {
      pipeline: tinyTextPipeline,
      labels,
      vocabulary,
      ...UNTRAINED,
    },
    members: [initializeRecurrent(recurrent, 1)],
    files: { 'README.md': '# tiny texts\n' },
  });
}

/** Another name for every index, of two syllables or more. */
function nameOf(syllables: readonly string[], index: number): string {
  const { length } = syllables;
  const parts: string[] = [];
  for (let rest = index + length; rest > 0; rest = Math.floor(rest / length))
    parts.push(syllables[rest % length]!);
  return parts.join('');
}
