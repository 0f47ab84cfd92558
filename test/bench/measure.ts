import { setTimeout as sleep } from 'node:timers/promises';

/** One contender of a comparison: a name and one run of its work. */
export interface Contender {
  readonly name: string;
  readonly run: () => Promise<unknown>;
}

export interface Timing {
  readonly name: string;
  /** Median of the counted runs, in milliseconds. */
  readonly milliseconds: number;
  /** Median over the rounds of this contender's time divided by the first one's in the same round. */
  readonly ratio: number;
}

/** Idle threads of the contender before may still spin: TensorFlow's do for some milliseconds. */
export const SETTLE_MILLISECONDS = 100;

/**
 * Times contenders in turn, round after round (A B C, A B C, ...), so that a machine whose speed drifts
 * drifts for all of them; one round before that is not counted.
 */
export async function compare(contenders: readonly Contender[], rounds: number): Promise<Timing[]> {
  for (const { run } of contenders) await run();
  const times: number[][] = contenders.map(() => []);
  for (let round = 0; round < rounds; round++) {
    for (const [index, { run }] of contenders.entries()) {
      await sleep(SETTLE_MILLISECONDS);
      const started = performance.now();
      await run();
      times[index]!.push(performance.now() - started);
    }
  }
  return contenders.map(({ name }, index) => ({
    name,
    milliseconds: median(times[index]!),
    ratio: median(times[index]!.map((time, round) => time / times[0]![round]!)),
  }));
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((first, second) => first - second);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
