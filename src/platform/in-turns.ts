import { setImmediate } from 'node:timers/promises';

/** A signal to end is heard soon, at a cost that nobody notices. */
const LONGEST_TURN_MILLISECONDS = 50;

/** Maps each of many items, with a turn of the event loop now and then: signals and timers are only heard there. */
export async function mapInTurns<T, R>(items: Iterable<T>, map: (item: T) => R): Promise<R[]> {
  const results: R[] = [];
  let turnEnds = performance.now() + LONGEST_TURN_MILLISECONDS;
  for (const item of items) {
    results.push(map(item));
    if (performance.now() < turnEnds) continue;
    await setImmediate();
    turnEnds = performance.now() + LONGEST_TURN_MILLISECONDS;
  }
  return results;
}
