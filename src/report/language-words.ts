import type { LanguageBaseline } from '../tasks/language/baselines.js';
import type { LanguageFigures } from '../tasks/language/figures.js';

const count = (value: number): string => value.toLocaleString('en');

/** Such as "1.59 nats a token, 2.30 bits a character, perplexity 4.9, over 111,530 tokens of the test part". */
export function languageSentence(figures: LanguageFigures, of: string): string {
  const { nats, bitsPerCharacter, perplexity, tokens, unknown } = figures;
  const unknowns = unknown > 0 ? `, ${count(unknown)} of them unknown` : '';
  return `${nats.toFixed(3)} nats a token, ${bitsPerCharacter.toFixed(3)} bits a character, perplexity ${perplexity.toFixed(2)}, over ${count(tokens)} tokens of ${of}${unknowns}.`;
}

/** A line for each baseline, in Markdown. */
export function languageBaselineText(baselines: readonly LanguageBaseline[]): string {
  return baselines
    .map(({ order, figures }) => `- ${baselineName(order)}: ${languageSentence(figures, 'the same part')}`)
    .join('\n');
}

const baselineName = (order: number): string =>
  order === 1
    ? 'Frequency of each token, whatever stands before it'
    : `${order}-grams, interpolated (Witten and Bell 1991), the order chosen without the test part`;
