import type { Passage } from '../input-kind.js';

export interface AttendedSentence {
  /** As far as the network read it. */
  readonly text: string;
  /** How much the network attends to it: to all of its timesteps together. */
  readonly attention: number;
}

/**
 * The sentences of a text, in order; undefined where it is not read by sentences.
 * @param attention a weight for each piece.
 */
export function sentencesOf(
  { pieces, between, sentences }: Passage,
  attention: ArrayLike<number>,
): AttendedSentence[] | undefined {
  let start = 0;
  return sentences?.map((length) => {
    const own = pieces.slice(start, start + length);
    const share = own.reduce((sum, _, index) => sum + attention[start + index]!, 0);
    start += length;
    return { text: own.join(between), attention: share };
  });
}
