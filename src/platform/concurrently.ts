/** Clips read at once: one is decoded while another is encoded. */
const CLIPS_AT_ONCE = 2;

/** Results of an asynchronous function for each item, in the items' order; a few items are under way at once. */
export async function concurrently<T, R>(
  items: readonly T[],
  work: (item: T) => Promise<R>,
  atOnce = CLIPS_AT_ONCE,
): Promise<R[]> {
  const results = new Array<R>(items.length);
  const waiting = items.entries();
  const worker = async () => {
    for (const [index, item] of waiting) results[index] = await work(item);
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return results;
}
