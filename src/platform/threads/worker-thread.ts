import { join } from 'node:path';
import { SHARE_ENV, Worker } from 'node:worker_threads';
import { UserError } from '../../errors.js';
import { PACKAGE_FOLDER } from '../package-files.js';
import { type CallMessage, type Calls, END, type PassedError, type ReplyMessage } from './thread-messages.js';

interface Waiting {
  readonly resolve: (result: unknown) => void;
  readonly reject: (reason: unknown) => void;
}

/**
 * Owns a thread that answers calls (answer-calls.ts), one after the other, until `end`. When the thread dies, every call
 * that waits and every later one fails with the reason. A thread that nobody waits for does not keep the process from
 * ending.
 */
export class WorkerThread<C extends Calls> {
  readonly #name: string;
  readonly #worker: Worker;
  readonly #exit: Promise<unknown>;
  readonly #waiting = new Map<number, Waiting>();
  #called = 0;
  #ended: Error | undefined;

  /**
   * @param name Of the file in dist/, which is the thread as it is built: where TypeScript itself is run, as by tests,
   *   threads do not know it.
   */
  constructor(name: string, workerData?: unknown) {
    this.#name = name;
    this.#worker = new Worker(join(PACKAGE_FOLDER, 'dist', `${name}.js`), {
      workerData,
      // Native libraries see what is set of the environment only where it is the process's own.
      env: SHARE_ENV,
      // Node.js's flags, such as --input-type, are those of the program's own file.
      execArgv: [],
    });
    this.#worker.unref();
    this.#worker.on('message', (reply: ReplyMessage) => this.#take(reply));
    this.#worker.on('error', (cause) => this.#fail(new Error(`The thread ${name} failed`, { cause })));
    this.#exit = new Promise((resolve) => this.#worker.on('exit', resolve));
    this.#exit.then(() => this.#fail(new Error(`The thread ${name} ended`)));
  }

  /**
   * @param memory Of `given`, what moves to the thread and is gone here.
   * @returns what the thread answers. Rejects with what that rejects with, a UserError, or an Error of the same message and code of the system.
   */
  call<Name extends keyof C & string>(
    name: Name,
    given: C[Name]['given'],
    memory: readonly ArrayBuffer[] = [],
  ): Promise<C[Name]['result']> {
    return new Promise((resolve, reject) => {
      if (this.#ended) return reject(this.#ended);
      const number = ++this.#called;
      this.#worker.postMessage({ number, name, given } satisfies CallMessage, memory);
      // The thread gives what belongs to the call.
      this.#waiting.set(number, { resolve: resolve as Waiting['resolve'], reject });
      this.#worker.ref();
    });
  }

  /** Waits until the thread has ended; calls that wait for it fail with the reason, and so do later ones. */
  async end(reason = new Error(`The thread ${this.#name} was ended`)): Promise<void> {
    this.#fail(reason);
    this.#worker.ref();
    // Not terminate(): where that meets onnxruntime at work, the whole process is aborted.
    this.#worker.postMessage(END);
    await this.#exit;
  }

  #take(reply: ReplyMessage): void {
    const call = this.#waiting.get(reply.number);
    this.#waiting.delete(reply.number);
    if (this.#waiting.size === 0 && !this.#ended) this.#worker.unref();
    if ('error' in reply) call?.reject(errorOf(reply.error));
    else call?.resolve(reply.result);
  }

  #fail(reason: Error): void {
    this.#ended ??= reason;
    for (const { reject } of this.#waiting.values()) reject(this.#ended);
    this.#waiting.clear();
  }
}

function errorOf(passed: PassedError): Error {
  if ('code' in passed) return new UserError(passed.code, passed);
  return Object.assign(new Error(passed.problem), passed.systemCode && { code: passed.systemCode });
}
