import { describe, expect, it } from 'vitest';
import { inputOf, inputSchema } from '../../../src/inputs/input-kinds.js';
import { sentencesOf } from '../../../src/inputs/text/attended-sentences.js';
import { MARKERS, UNKNOWN } from '../../../src/inputs/text/vocabulary.js';
import { parsePipeline } from '../../../src/pipeline/pipeline-file.js';
import { tinyTextPipeline } from '../../support/tiny-texts.js';

const settings = (sentences: object, changes: object = {}) =>
  inputSchema.parse({
    kind: 'text',
    unit: 'word',
    normalization: 'lower-case',
    embedding: 8,
    sentences,
    ...changes,
  });
const example = (text: string) => ({ id: text, path: '', text });

async function read(text: string, words: readonly string[], input = settings({ most: 3 })) {
  const { source } = inputOf(input);
  if (source.kind !== 'direct') throw new Error('Texts are read directly');
  const sequence = await source.open(words)(example(text), 'evaluation');
  if (sequence.kind !== 'tokens') throw new Error('Texts are read as tokens');
  return { data: [...sequence.data], segments: sequence.segments && [...sequence.segments] };
}

describe('a text that is read by sentences', () => {
  it('has a segment for each, and no markers', async () => {
    expect(await read('A film. So bad!', ['a', 'film', '.', 'so', '!'])).toEqual({
      data: [MARKERS, MARKERS + 1, MARKERS + 2, MARKERS + 3, UNKNOWN, MARKERS + 4],
      segments: [3, 3],
    });
  });

  it('ends no sentence within an abbreviation that goes on in lower case', async () => {
    expect((await read('It cost approx. ten dollars. No more.', [])).segments).toEqual([7, 3]);
  });

  it('is cut to so many words of so many sentences, from its start or its end', async () => {
    const text = 'One. Two two two two. Three three. Four.';
    const first = await read(text, ['four'], settings({ most: 2 }, { longest: 3 }));
    expect(first.segments).toEqual([2, 3]);
    const last = await read(text, ['four'], settings({ most: 2, keep: 'last' }, { longest: 3 }));
    expect(last).toEqual({ data: [UNKNOWN, UNKNOWN, UNKNOWN, MARKERS, UNKNOWN], segments: [3, 2] });
  });

  it('passes over what has no word, and refuses a text of nothing else', async () => {
    expect((await read('One.\n\n \nTwo.', [])).segments).toEqual([2, 2]);
    await expect(read(' \n ', [])).rejects.toMatchObject({ code: 'empty' });
  });

  it('is shown sentence by sentence, with what each is attended to', async () => {
    const shown = await inputOf(settings({ most: 3 })).illustrate(example('So bad! Go.'), {});
    expect(shown).toEqual({
      kind: 'passage',
      pieces: ['so', 'bad', '!', 'go', '.'],
      between: ' ',
      sentences: [3, 2],
    });
    if (shown.kind !== 'passage') throw new Error('A text is shown as a passage');
    expect(sentencesOf(shown, [0.125, 0.5, 0.125, 0.25, 0])).toEqual([
      { text: 'so bad !', attention: 0.75 },
      { text: 'go .', attention: 0.25 },
    ]);
  });

  it('is counted by n-grams to its end', () => {
    const { ngrams } = inputOf(settings({ most: 1 }));
    expect(ngrams!(example('One. Two.'))).toContain('two');
  });
});

describe('a pipeline with sentences', () => {
  const upper = { cell: 'gru', units: 4, readout: 'attention' };
  const { recurrent, input } = tinyTextPipeline;
  const changed = (changes: object) =>
    JSON.stringify({ ...tinyTextPipeline, input: { ...input, sentences: { most: 4 } }, ...changes });

  it('has a level that reads them', () => {
    const parsed = parsePipeline(changed({ recurrent: { ...recurrent, upper } }), 'tiny.yaml');
    expect(parsed.input).toMatchObject({ sentences: { most: 4, keep: 'first' } });
  });

  it.each([
    ['nothing that reads sentence after sentence', {}, /recurrent\.upper .*: must be given/],
    [
      'segments beside them',
      { recurrent: { ...recurrent, upper, segment: 4 } },
      /recurrent\.segment .*: must be left out/,
    ],
  ])('is refused with %s', (_, changes, problem) => {
    expect(() => parsePipeline(changed(changes), 'tiny.yaml')).toThrow(problem);
  });
});
