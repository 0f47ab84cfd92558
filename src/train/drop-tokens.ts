import { MARKERS, UNKNOWN } from '../inputs/text/vocabulary.js';
import type { Random } from '../random.js';

/**
 * Tokens of which some, each as likely as the rate says, are read as unknown (word dropout; Iyyer et al. 2015, Bowman et
 * al. 2016): no answer may hang on one of them alone, and what is unknown is learned. Markers stay.
 */
export function dropTokens(
  tokens: Int32Array,
  { rate, stream }: { rate: number; stream: Random },
): Int32Array {
  return tokens.map((token) => (token >= MARKERS && stream.float() < rate ? UNKNOWN : token));
}
