import { describe, expect, it } from 'vitest';
import { inputOf, inputSchema } from '../../../src/inputs/input-kinds.js';
import { BEGIN, END, MARKERS, UNKNOWN } from '../../../src/inputs/text/vocabulary.js';
import { parsePipeline } from '../../../src/pipeline/pipeline-file.js';
import { tinyTextPipeline } from '../../support/tiny-texts.js';

const settings = (changes: object = {}) =>
  inputSchema.parse({ kind: 'text', unit: 'character', embedding: 8, ...changes });
const example = (text: string) => ({ id: text, path: '', text });

async function tokensOf(text: string, vocabulary: readonly string[], changes: object = {}) {
  const { source } = inputOf(settings(changes));
  if (source.kind !== 'direct') throw new Error('Texts are read directly');
  const sequence = await source.open(vocabulary)(example(text), 'evaluation');
  return { ...sequence, data: [...sequence.data] };
}

describe('reading a text', () => {
  it('numbers its tokens between the markers, and takes what it does not know for unknown', async () => {
    expect(await tokensOf('bax', ['a', 'b'])).toEqual({
      kind: 'tokens',
      data: [BEGIN, MARKERS + 1, MARKERS, UNKNOWN, END],
      timesteps: 5,
    });
  });

  it('reads no more than the longest', async () => {
    expect((await tokensOf('aaaa', ['a'], { longest: 2 })).timesteps).toBe(4);
  });

  it('refuses a text without a token', async () => {
    await expect(tokensOf('', ['a'])).rejects.toMatchObject({ code: 'empty' });
    await expect(tokensOf(' \n', ['a'], { unit: 'word' })).rejects.toMatchObject({ code: 'empty' });
  });
});

describe('the vocabulary', () => {
  it('is what the training part has often enough, normalized', async () => {
    const { vocabularyOf } = inputOf(settings({ normalization: 'lower-case' }));
    expect(await vocabularyOf!([example('Aab'), example('éc'), example('éc')])).toEqual(['a', 'c', 'é']);
  });

  it('is refused where it has fewer than two tokens', async () => {
    const { vocabularyOf } = inputOf(settings());
    await expect(vocabularyOf!([example('abc')])).rejects.toThrow('no character at least 2 times');
    await expect(vocabularyOf!([example('aab')])).rejects.toThrow('one character at least 2 times');
  });

  it('says how many tokens the network has', () => {
    expect(inputOf(settings()).timestep(['a', 'b'])).toEqual({
      kind: 'token',
      tokens: MARKERS + 2,
      width: 8,
    });
  });
});

describe('what is shown of a text', () => {
  it('has a piece for every timestep', async () => {
    const shown = await inputOf(settings()).illustrate(example('né'), {});
    const { timesteps } = await tokensOf('né', []);
    expect(shown).toEqual({ kind: 'passage', pieces: ['⟨', 'n', 'é', '⟩'], between: '' });
    expect(timesteps).toBe(4);
  });
});

describe('n-grams', () => {
  it('are of one character to four, with the bounds of the text', () => {
    const { ngrams } = inputOf(settings());
    // Of the five with their bounds: 5 of one, 4 of two, 3 of three, 2 of four.
    expect(ngrams!(example('abc'))).toHaveLength(5 + 4 + 3 + 2);
    expect(ngrams!(example('abcab')).filter((ngram) => ngram === 'a\u0001b')).toHaveLength(2);
    expect(ngrams!(example('ab'))).not.toEqual(ngrams!(example('ba')));
  });
});

describe('a pipeline of texts', () => {
  const text = JSON.stringify(tinyTextPipeline);
  const changed = (changes: object) => JSON.stringify({ ...tinyTextPipeline, ...changes });

  it('reads', () => {
    expect(parsePipeline(text, 'tiny.yaml')).toEqual(tinyTextPipeline);
  });

  it.each([
    [
      'mixup',
      { training: { ...tinyTextPipeline.training, mixup: 0.2 } },
      'must be left out when input.kind is text',
    ],
    [
      'standardization',
      { training: { ...tinyTextPipeline.training, standardize: true } },
      'training.standardize',
    ],
    [
      'an encoder',
      { training: { ...tinyTextPipeline.training, train: 'everything' } },
      'there is no encoder',
    ],
    [
      'boundaries of what are no words',
      { input: { ...tinyTextPipeline.input, boundaries: 'spaces' } },
      'must be left out when input.unit is character',
    ],
    ['clips', { data: { kind: 'folder', path: 'clips' } }, 'must be of kind texts when input.kind is text'],
    [
      'an encoding that is none',
      { data: { kind: 'texts', encoding: 'utf-9' } },
      'must be the name of an encoding',
    ],
  ])('refuses %s', (_, changes, problem) => {
    expect(() => parsePipeline(changed(changes), 'tiny.yaml')).toThrow(problem);
  });

  it('is what data of texts is for', () => {
    const rows = { input: { kind: 'rows' } };
    expect(() => parsePipeline(changed(rows), 'tiny.yaml')).toThrow(
      'must be of kind text when data.kind is texts',
    );
  });
});
