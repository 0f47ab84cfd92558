import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { classify, type Outcome, train } from '../../src/index.js';
import { outcomeRow } from '../../src/predict/outcome-row.js';

const PIPELINE = `
name: tiny-documents
description: For tests.
data: { kind: texts }
input: { kind: text, unit: word, embedding: 8, longest: 8, sentences: { most: 4, keep: last } }
recurrent:
  { cell: gru, units: 8, bidirectional: true, readout: attention, upper: { cell: gru, units: 8, readout: attention } }
training: { train: recurrent, epochs: 12, batchSize: 8, learningRate: 0.02 }
split: { validation: 0.2, test: 0.2 }
`;

/** Documents that are for or against by one word of one sentence. */
function documents(): string {
  const filler = ['It was long.', 'We saw it in May.', 'The hall was full.', 'There was rain.'];
  const rows = Array.from({ length: 120 }, (_, index) => {
    const isFor = index % 2 === 0;
    const own = `It was ${isFor ? 'good' : 'bad'} number ${index}.`;
    const place = Math.floor(index / 2) % 4;
    const sentences = [...filler.slice(0, place), own, ...filler.slice(place, 3)];
    return `${isFor ? 'for' : 'against'}\t${sentences.join(' ')}`;
  });
  return ['label\ttext', ...rows].join('\n');
}

let root: string;
let model: string;
let accuracy: number;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'clipstep-documents-'));
  model = join(root, 'model');
  const [pipeline, data] = [join(root, 'tiny-documents.yaml'), join(root, 'documents.tsv')];
  await writeFile(pipeline, PIPELINE);
  await writeFile(data, documents());
  accuracy = (await train({ pipeline, data, out: model })).test!.accuracy;
}, 120_000);
afterAll(() => rm(root, { recursive: true }));

describe('a network of words, sentences and documents', () => {
  it('learns what one word of one sentence says', () => {
    expect(accuracy).toBeGreaterThan(0.9);
  });

  it('tells the words and sentences that it attended to, in each row', async () => {
    const outcomes: Outcome[] = [];
    const text = 'It was long. It was bad number 7. We saw it in May. The hall was full.';
    for await (const outcome of classify(model, [{ text }])) outcomes.push(outcome);
    const [outcome] = outcomes;
    if (outcome?.kind !== 'class') throw new Error('It was not classified');
    const { attention = [], pieces, sentences = [] } = outcome;
    expect(outcome.label).toBe('against');
    expect(pieces!.join(' ')).toBe(
      'It was long . It was bad number 7 . We saw it in May . The hall was full .',
    );
    expect(attention).toHaveLength(pieces!.length);
    expect(sentences.map((sentence) => sentence.text)).toEqual([
      'It was long .',
      'It was bad number 7 .',
      'We saw it in May .',
      'The hall was full .',
    ]);
    expect(sentences.reduce((sum, sentence) => sum + sentence.attention, 0)).toBeCloseTo(1, 5);
    const ofSecond = attention.slice(4, 10).reduce((sum, weight) => sum + weight, 0);
    expect(sentences[1]!.attention).toBeCloseTo(ofSecond, 5);
    expect(outcomeRow(outcome)).toMatchObject({ pieces, sentences, tokens: pieces!.length });
  });

  it('shows them in its report, each sentence with its share', async () => {
    const report = await readFile(join(model, 'report.html'), 'utf8');
    expect(report).toContain('with the share of each sentence');
    expect(report).toMatch(/<span class="share" style="--share: 100%">\d+\.\d %<\/span> <span class="share"/);
  });
});
