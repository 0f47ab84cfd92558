import * as z from 'zod';
import { type Bleu, bleuOf, bleuSchema } from './bleu.js';
import { tokenize13a } from './tokenize-13a.js';

const bleus = {
  /** Of translations as they are, tokenized by 13a: what sacreBLEU gives. */
  bleu: bleuSchema,
  /** Of tokens in lower case, as the pipeline cuts them: what tutorials give. */
  bleuOfLowerCase: bleuSchema,
};

/** How a model does on texts that were translated by people. */
export const translationFiguresSchema = z.strictObject({
  /** Texts with their translations. */
  pairs: z.int().min(1),
  /** Of the references, the end of each among them: what the model was asked to predict. */
  tokens: z.int().min(1),
  /** Of those, what is not in the vocabulary: predicted as the token that stands for all such. */
  unknown: z.int().min(0),
  /** A token of the references, given those before it: the cross-entropy. */
  nats: z.number().min(0),
  /** exp(nats) */
  perplexity: z.number().min(1),
  /** Of beam search with so many translations side by side. */
  beam: z.int().min(1),
  ...bleus,
});

export type TranslationFigures = z.infer<typeof translationFiguresSchema>;

/** BLEU, both ways. */
export interface Bleus {
  readonly bleu: Bleu;
  readonly bleuOfLowerCase: Bleu;
}

/** @param options.tokenize a text as the pipeline cuts it. @param options.seed draws the intervals. */
export function bleusOf(
  texts: ReadonlyArray<{ readonly text: string; readonly reference: string }>,
  { tokenize, seed }: { tokenize: (text: string) => string[]; seed: number },
): Bleus {
  const by = (cut: (text: string) => string[]) =>
    bleuOf(
      texts.map(({ text, reference }) => ({ tokens: cut(text), reference: cut(reference) })),
      { seed },
    );
  return { bleu: by(tokenize13a), bleuOfLowerCase: by((text) => tokenize(text.toLowerCase())) };
}
