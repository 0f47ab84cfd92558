import { describe, expect, it } from 'vitest';
import { bleuOf } from '../../../src/tasks/translation/bleu.js';
import { tokenize13a } from '../../../src/tasks/translation/tokenize-13a.js';

const TRANSLATIONS = [
  'A man in an orange hat starring at something.',
  'A Boston Terrier is running on lush green grass in front of a white fence.',
  'Five people wearing winter jackets stand in the snow.',
];

const REFERENCES = [
  'A man in an orange hat is staring at something.',
  'A Boston terrier runs over lush green grass in front of a white fence.',
  'Five people wearing winter jackets and helmets stand in the snow, with snowmobiles in the background.',
];

const corpusOf = (
  translations: readonly string[],
  references: readonly string[],
  cut: (text: string) => string[] = tokenize13a,
) => translations.map((text, place) => ({ tokens: cut(text), reference: cut(references[place]!) }));

const SEED = { seed: 1 };

/** Of sacreBLEU 2.6.0: `BLEU().corpus_score(translations, [references])`, with tokenize='none' where it says spaces. */
describe('BLEU is what sacreBLEU gives', () => {
  it('for a corpus, with its precisions and its penalty', () => {
    const bleu = bleuOf(corpusOf(TRANSLATIONS, REFERENCES), SEED);
    expect(bleu.score).toBeCloseTo(52.22301585189196, 9);
    expect(bleu.precisions.map((precision) => precision.toFixed(9))).toEqual(
      [86.11111111111111, 72.72727272727273, 60, 48.148148148148145].map((value) => value.toFixed(9)),
    );
    expect(bleu.brevityPenalty).toBeCloseTo(0.800737402916808, 12);
    expect(bleu).toMatchObject({ tokens: 36, referenceTokens: 44 });
  });

  it('for tokens in lower case, cut at spaces', () => {
    const cut = (text: string) => text.toLowerCase().split(' ');
    expect(bleuOf(corpusOf(TRANSLATIONS, REFERENCES, cut), SEED).score).toBeCloseTo(51.86181635202395, 9);
  });

  it.each<[string, string, number, number[]]>([
    [
      'the the the the the the the',
      'the cat is on the mat',
      7.809849842300637,
      [28.571428571428573, 8.333333333333334, 5, 3.125],
    ],
    ['a b c d e', 'a x c y e', 14.058533129758727, [60, 12.5, 8.333333333333334, 6.25]],
    ['a dog', 'a dog runs', 0, [100, 100, 0, 0]],
    ['nothing right', 'a dog runs fast', 0, [0, 0, 0, 0]],
    ['', 'a dog', 0, [0, 0, 0, 0]],
    ['A dog runs fast.', 'A dog runs fast.', 100, [100, 100, 100, 100]],
  ])(
    'for %j beside %j, smoothed where nothing of a length is right',
    (text, reference, score, precisions) => {
      const bleu = bleuOf(corpusOf([text], [reference]), SEED);
      expect(bleu.score).toBeCloseTo(score, 9);
      bleu.precisions.forEach((precision, index) => {
        expect(precision).toBeCloseTo(precisions[index]!, 9);
      });
    },
  );
});

it('has an interval with its score in it, the same for the same seed, and none where all texts are as good', () => {
  const corpus = corpusOf(
    Array.from({ length: 90 }, (_, place) => TRANSLATIONS[place % 3]!),
    Array.from({ length: 90 }, (_, place) => REFERENCES[place % 3]!),
  );
  const { score, interval } = bleuOf(corpus, SEED);
  const [low, high] = interval;
  expect(low).toBeLessThan(score);
  expect(high).toBeGreaterThan(score);
  expect(bleuOf(corpus, SEED).interval).toEqual(interval);
  expect(bleuOf(corpusOf(REFERENCES, REFERENCES), SEED).interval).toEqual([100, 100]);
});

/** Of sacreBLEU 2.6.0: `Tokenizer13a()(text)`. */
it.each<[string, string]>([
  [
    "Hello, world! It's 3.5 km (or 2,000 m) - really?",
    "Hello , world ! It's 3.5 km ( or 2,000 m ) - really ?",
  ],
  ['a half-hour, 1990-2000 & "more"; it\'s.', 'a half-hour , 1990 - 2000 & " more " ; it\'s .'],
  ['&quot;x&amp;y&quot; <skipped>z', '" x & y " z'],
  ['3.', '3 .'],
  ["Mr. Smith's e-mail: a@b.c/d", "Mr . Smith's e-mail : a @ b . c / d"],
  ['Straße 5,5 €, „so“…', 'Straße 5,5 € , „so“…'],
])('13a tokenizes %j as sacreBLEU does', (text, tokens) => {
  expect(tokenize13a(text)).toEqual(tokens.split(' '));
});
