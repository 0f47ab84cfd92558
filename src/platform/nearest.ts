/** Edits that turn one word into another that somebody meant, as a share of the longer one's letters. */
const MOST_EDITS = 0.4;

/** The word that somebody most likely meant; undefined when none is near. */
export function nearest(word: string, known: readonly string[]): string | undefined {
  const given = word.toLowerCase();
  const ranked = known
    .map((name) => ({ name, share: shareOfEdits(given, name.toLowerCase()) }))
    .sort((first, second) => first.share - second.share);
  const [best] = ranked;
  return best && best.share <= MOST_EDITS ? best.name : undefined;
}

function shareOfEdits(given: string, name: string): number {
  // Whoever leaves letters out at the end means what begins so.
  if (given.length >= 3 && name.startsWith(given)) return 0;
  return edits(given, name) / Math.max(given.length, name.length, 1);
}

/** Letters that are put in, left out or changed between two words (Levenshtein 1966). */
function edits(one: string, other: string): number {
  let above = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (let row = 1; row <= one.length; row++) {
    const current = [row];
    for (let column = 1; column <= other.length; column++) {
      const changed = above[column - 1]! + Number(one[row - 1] !== other[column - 1]);
      current.push(Math.min(changed, above[column]! + 1, current[column - 1]! + 1));
    }
    above = current;
  }
  return above[other.length]!;
}
