/**
 * The time that a clip may still take, probing and decoding together. It runs only while somebody waits
 * for a program's output: what the caller does between two frames is not the clip's fault.
 */
export interface TimeBudget {
  readonly totalSeconds: number;
  /** Waits, and calls `onExhausted` once, at the moment at which the budget ends. */
  spend<T>(waiting: Promise<T>, onExhausted: () => void): Promise<T>;
}

/** A budget that begins anew with every wait: for a program that goes on forever, but is never to be silent for longer. */
export function createPatience(seconds: number): TimeBudget {
  return {
    totalSeconds: seconds,
    spend: (waiting, onExhausted) => createTimeBudget(seconds).spend(waiting, onExhausted),
  };
}

/** setTimeout's own bound, 24.8 days; a longer time means one that never ends. */
const LONGEST_TIMER_MILLISECONDS = 2 ** 31 - 1;

export function createTimeBudget(totalSeconds: number): TimeBudget {
  let remainingMilliseconds = Math.min(totalSeconds * 1000, LONGEST_TIMER_MILLISECONDS);
  return {
    totalSeconds,
    spend: async (waiting, onExhausted) => {
      const startMilliseconds = performance.now();
      const timer = setTimeout(onExhausted, remainingMilliseconds);
      try {
        return await waiting;
      } finally {
        clearTimeout(timer);
        remainingMilliseconds = Math.max(0, remainingMilliseconds - (performance.now() - startMilliseconds));
      }
    },
  };
}
