import { counted } from '../platform/counted.js';
import type { WorkOptions } from '../queue/work.js';

/** How often a line says how far the work is. */
const LINE_MILLISECONDS = 30_000;

/** Says on stderr, now and then, what this worker has done and what is left for all. */
export function workProgress(): NonNullable<WorkOptions['onProgress']> {
  let shownAt = performance.now();
  return ({ rows, waiting, active }) => {
    if (performance.now() - shownAt < LINE_MILLISECONDS) return;
    shownAt = performance.now();
    console.error(
      `${counted(rows, 'clip')} done here; ${counted(waiting + active, 'chunk')} left for all workers`,
    );
  };
}
