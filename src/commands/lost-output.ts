import { messageOf } from '../errors.js';

const lost = new AbortController();

/** Aborted when stdout takes no more: whoever reads it has gone, or its disk is full. Work then has nobody to tell. */
export const outputLost: AbortSignal = lost.signal;

/**
 * Ends quietly where the reader has gone, as `| head` does, and says what is wrong with any other output. Without it,
 * Node.js throws from nowhere.
 */
export function watchOutput(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (lost.signal.aborted) return;
    lost.abort();
    if (error.code === 'EPIPE') {
      process.exitCode = 0;
      return;
    }
    process.exitCode = 1;
    const problem = error.code === 'ENOSPC' ? 'its disk is full' : messageOf(error);
    console.error(`The output cannot be written: ${problem}.\nMake room, or send the output elsewhere.`);
  });
  // Whoever reads the progress, such as a pager, may go away; the work goes on.
  process.stderr.on('error', () => {});
}
