import { parentPort } from 'node:worker_threads';
import { messageOf, UserError } from '../../errors.js';
import { type CallMessage, type Calls, END, type PassedError, type ReplyMessage } from './thread-messages.js';

/** How each call is answered. What rejects goes back to the caller. */
export type Answers<C extends Calls> = {
  readonly [Name in keyof C]: (
    given: C[Name]['given'],
  ) => Promise<C[Name]['result'] | Moved<C[Name]['result']>>;
};

/** A result with memory that moves to the caller: nothing is copied, and nothing of it is left here. */
export class Moved<T> {
  readonly result: T;
  readonly memory: readonly ArrayBuffer[];

  constructor(result: T, memory: readonly ArrayBuffer[]) {
    this.result = result;
    this.memory = memory;
  }
}

/**
 * Makes this thread answer the calls of the WorkerThread that started it, one after the other.
 *
 * @param end Ends the thread. By default it ends at once, whatever waits; one with threads of its own ends these first.
 */
export function answerCalls<C extends Calls>(answers: Answers<C>, end: () => void = endThread): void {
  let last: Promise<unknown> = Promise.resolve();
  parentPort?.on('message', (message: CallMessage | typeof END) => {
    if (message === END) end();
    else last = last.then(() => answer(answers, message));
  });
}

/** The process goes on. */
export function endThread(): void {
  process.exit();
}

async function answer<C extends Calls>(
  answers: Answers<C>,
  { number, name, given }: CallMessage,
): Promise<void> {
  try {
    const result = await answers[name]!(given); // a WorkerThread calls no other
    if (result instanceof Moved) reply({ number, result: result.result }, result.memory);
    else reply({ number, result });
  } catch (error) {
    reply({ number, error: passed(error) });
  }
}

function passed(error: unknown): PassedError {
  if (!(error instanceof UserError)) {
    const isCoded = error instanceof Error && 'code' in error;
    return { problem: messageOf(error), systemCode: isCoded ? String(error.code) : undefined };
  }
  const { code, problem, fix } = error;
  return { code, problem, fix };
}

function reply(message: ReplyMessage, memory: readonly ArrayBuffer[] = []): void {
  parentPort?.postMessage(message, memory);
}
