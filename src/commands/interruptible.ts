/** As a shell reports a process that SIGINT ended. */
export const EXIT_INTERRUPTED = 130;

/**
 * Runs work with a signal that aborts on Ctrl-C or SIGTERM. A second one ends the process at once, and with it
 * the programs that it runs.
 *
 * A terminal that is closed aborts it too, unless it is not written to: Node.js undoes what nohup does, so that
 * work that was started with it would end there.
 */
export async function interruptible<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const interruption = new AbortController();
  const interrupt = (signal: NodeJS.Signals) => {
    if (interruption.signal.aborted) endAtOnce(signal);
    interruption.abort();
    // What is waited for may never come, such as a disk that does not answer, and keep the process from ending.
    if (signal === 'SIGTERM') setTimeout(() => endAtOnce(signal), LONGEST_END_MILLISECONDS).unref();
  };
  const hangUp = process.stderr.isTTY ? interrupt : () => {};
  process.on('SIGINT', interrupt).on('SIGTERM', interrupt).on('SIGHUP', hangUp);
  try {
    return await work(interruption.signal);
  } finally {
    process.off('SIGINT', interrupt).off('SIGTERM', interrupt).off('SIGHUP', hangUp);
  }
}

/** A second, with some time to be gone. */
const LONGEST_END_MILLISECONDS = 900;

/** By the signal itself: process.exit() ends threads first, and where onnxruntime is at work in one, that aborts. */
function endAtOnce(signal: NodeJS.Signals): void {
  // Programs that run are ended by their listeners.
  process.emit('exit', EXIT_INTERRUPTED);
  process.removeAllListeners(signal);
  process.kill(process.pid, signal);
}
