import { fstatSync } from 'node:fs';
import { outputLost } from './lost-output.js';

/** As a shell reports a process that SIGINT ended. */
export const EXIT_INTERRUPTED = 130;

/**
 * Runs work with a signal that aborts on Ctrl-C, SIGTERM, SIGHUP, and when stdout takes no more. A second signal ends the
 * process at once, and with it the programs that it runs.
 *
 * A hang-up does nothing to work that was started with nohup.
 *
 * @param options.again what to do when it could not end in that time.
 * @param options.endSeconds after such a signal that is not Ctrl-C, time for the work to end; 0.5 when absent.
 */
export async function interruptible<T>(
  work: (signal: AbortSignal) => Promise<T>,
  {
    endSeconds = LONGEST_END_SECONDS,
    again = 'Give the same command again.',
  }: { endSeconds?: number | undefined; again?: string | undefined } = {},
): Promise<T> {
  const interruption = new AbortController();
  const interrupt = (signal: NodeJS.Signals) => {
    if (interruption.signal.aborted) endAtOnce(signal);
    interruption.abort();
    // What is waited for may never come, such as a disk that does not answer, and keep the process from ending.
    if (signal !== 'SIGINT') setTimeout(() => endLate(signal, again), endSeconds * 1000).unref();
  };
  const hangUp = isDetached() ? () => {} : interrupt;
  const lose = () => interruption.abort();
  process.on('SIGINT', interrupt).on('SIGTERM', interrupt).on('SIGHUP', hangUp);
  outputLost.addEventListener('abort', lose);
  try {
    return await work(interruption.signal);
  } finally {
    outputLost.removeEventListener('abort', lose);
    process.off('SIGINT', interrupt).off('SIGTERM', interrupt).off('SIGHUP', hangUp);
  }
}

/** What to do about a training that was interrupted, and may have left a checkpoint. */
export const TRAIN_AGAIN = 'Give the same command again, with --resume if a training is kept.';

/** Waits until work that would go on forever is to end. */
export function interruption(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

/** So that the process is gone within a second: the system needs 0.3 s to take gigabytes of memory back. */
const LONGEST_END_SECONDS = 0.5;

/**
 * Whether this looks like work started with nohup, which leaves no stream on a terminal and, where nobody sent it
 * elsewhere, stderr in a file. That hang-ups are to be ignored cannot be asked: Node.js undoes it as it starts.
 */
function isDetached(): boolean {
  if (process.stdin.isTTY || process.stdout.isTTY || process.stderr.isTTY) return false;
  const stderr = fstatSync(process.stderr.fd);
  return stderr.isFile() || stderr.isCharacterDevice();
}

/** Otherwise the process would end without a word. What was kept on the way, such as a batch's rows, stays. */
function endLate(signal: NodeJS.Signals, again: string): void {
  if (!outputLost.aborted) {
    console.error(`Interrupted before the work could stop by itself. ${again}`);
  }
  endAtOnce(signal);
}

/** By the signal itself: process.exit() ends threads first, and where onnxruntime is at work in one, that aborts. */
function endAtOnce(signal: NodeJS.Signals): void {
  // Programs that run are ended by their listeners.
  process.emit('exit', EXIT_INTERRUPTED);
  process.removeAllListeners(signal);
  process.kill(process.pid, signal);
}
