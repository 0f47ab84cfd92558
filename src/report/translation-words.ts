import type { Bleu } from '../tasks/translation/bleu.js';
import type { Bleus, TranslationFigures } from '../tasks/translation/figures.js';

const count = (value: number): string => value.toLocaleString('en');

/** Such as "BLEU 33.1 (31.8 to 34.4) as sacreBLEU has it (13a), 35.2 ... of tokens in lower case, over 1,000 texts". */
export function translationSentence(figures: TranslationFigures, of: string): string {
  const { pairs, beam } = figures;
  return `${bleusText(figures)}, over ${count(pairs)} texts of ${of}, with a beam of ${beam}.`;
}

/** What it has to beat. */
export const nearestSentence = (nearest: Bleus): string =>
  `What was written for the most similar text of the training part: ${bleusText(nearest)}.`;

/** How well it predicts what people wrote. */
export function perplexitySentence({ nats, perplexity, tokens, unknown }: TranslationFigures): string {
  return `${nats.toFixed(3)} nats a token of what people wrote, perplexity ${perplexity.toFixed(2)}, over ${count(tokens)} tokens, ${count(unknown)} of them unknown.`;
}

const bleusText = ({ bleu, bleuOfLowerCase }: Bleus): string =>
  `BLEU ${bleuText(bleu)} as sacreBLEU has it (13a), ${bleuText(bleuOfLowerCase)} of tokens in lower case`;

const bleuText = ({ score, interval: [low, high] }: Bleu): string =>
  `${score.toFixed(1)} (${low.toFixed(1)} to ${high.toFixed(1)})`;
