import * as z from 'zod';

/**
 * How well a model predicts each token of a text from all before it, under its whole distribution over the vocabulary.
 */
export const figuresSchema = z.strictObject({
  /** That were predicted. */
  tokens: z.int().min(1),
  /** Of those, what is not in the vocabulary: predicted as the token that stands for all such. */
  unknown: z.int().min(0),
  /** Unicode characters (UAX 29) that these tokens are written with, spaces between words and ends of lines among them. */
  characters: z.int().min(1),
  /** A token: the cross-entropy. */
  nats: z.number().min(0),
  /** exp(nats): as unsure as among so many equally likely tokens. */
  perplexity: z.number().min(1),
  bitsPerCharacter: z.number().min(0),
});

export type LanguageFigures = z.infer<typeof figuresSchema>;

/** @param sum.nats of all tokens together. */
export function figuresOf(
  sum: { readonly nats: number } & Pick<LanguageFigures, 'tokens' | 'unknown' | 'characters'>,
): LanguageFigures {
  const { tokens, unknown, characters } = sum;
  const nats = sum.nats / tokens;
  return {
    tokens,
    unknown,
    characters,
    nats,
    perplexity: Math.exp(nats),
    bitsPerCharacter: sum.nats / Math.LN2 / characters,
  };
}
