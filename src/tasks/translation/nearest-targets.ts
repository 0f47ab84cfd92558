/** A text of the training part, by the numbers of its tokens, and what follows from it. */
interface KnownText {
  readonly sourceTokens: Int32Array;
  readonly target: string;
}

/**
 * What has to be beaten: of each source, the target of the text to train on that is most like it, by the cosine of their
 * tokens weighted by TF-IDF (Salton and Buckley 1988); of equal ones the first.
 */
export function nearestTargets(
  known: readonly KnownText[],
  sources: ReadonlyArray<Pick<KnownText, 'sourceTokens'>>,
): string[] {
  const counts = known.map(({ sourceTokens }) => countsOf(sourceTokens));
  const holders = holdersOf(counts);
  const weightOf = (token: number) => Math.log(known.length / (holders.get(token)?.length ?? known.length));
  const lengths = counts.map((own) => {
    let squares = 0;
    for (const [token, count] of own) squares += (count * weightOf(token)) ** 2;
    return Math.sqrt(squares);
  });
  return sources.map(({ sourceTokens }) => {
    const products = new Float64Array(known.length);
    for (const [token, count] of countsOf(sourceTokens)) {
      const weight = weightOf(token) ** 2 * count;
      for (const place of holders.get(token) ?? []) products[place]! += weight * counts[place]!.get(token)!;
    }
    let best = 0;
    const likeness = (place: number) => products[place]! / (lengths[place]! || 1);
    for (let place = 1; place < known.length; place++) if (likeness(place) > likeness(best)) best = place;
    return known[best]!.target;
  });
}

/** The places of the texts that have each token. */
function holdersOf(counts: ReadonlyArray<ReadonlyMap<number, number>>): Map<number, number[]> {
  const holders = new Map<number, number[]>();
  for (const [place, own] of counts.entries()) {
    for (const token of own.keys()) {
      const places = holders.get(token);
      if (places) places.push(place);
      else holders.set(token, [place]);
    }
  }
  return holders;
}

function countsOf(tokens: Int32Array): Map<number, number> {
  const counts = new Map<number, number>();
  for (const token of tokens) counts.set(token, (counts.get(token) ?? 0) + 1);
  return counts;
}
