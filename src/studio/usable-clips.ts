import type { ClipFacts } from './clip-checks.js';
import type { ClipListing, StoredClip } from './clip-folder.js';

/**
 * The clips that a model can learn from: those that can be read and are in one class alone, and of copies the first. What
 * was not looked at yet counts until then.
 */
export function usableClips(
  { clips }: ClipListing,
  factsOf: (clip: StoredClip) => ClipFacts | null,
): StoredClip[] {
  const byExample = new Map(clips.map((clip) => [clip.exampleId, clip]));
  const taken = new Set<string>();
  for (const clip of clips) {
    const facts = factsOf(clip);
    const copies = (facts?.same ?? []).flatMap(({ isFile, exampleId }) => {
      const copy = isFile ? byExample.get(exampleId) : undefined;
      return copy ? [copy] : [];
    });
    const isContradicted = copies.some(({ label }) => label !== clip.label);
    const isTaken = copies.some(({ exampleId }) => taken.has(exampleId));
    if (!facts?.problem && !isContradicted && !isTaken) taken.add(clip.exampleId);
  }
  return clips.filter(({ exampleId }) => taken.has(exampleId));
}
