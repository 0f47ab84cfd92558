import type { Writable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { collectLines, type KeptLines } from './line-collector.js';
import {
  type Command,
  type Program,
  type ProgramEnd,
  type StartProgram,
  signalGroup,
  spawnProgram,
} from './program.js';
import type { TimeBudget } from './time-budget.js';

export interface ChildOptions extends Command {
  /** How it is started; from this process when absent. */
  readonly startProgram?: StartProgram | undefined;
  /** Written to its stdin; a chunk is asked for when the one before was taken, so its memory may be reused. */
  readonly input?: Iterable<Uint8Array> | AsyncIterable<Uint8Array> | undefined;
  /** Is shown every line of stderr; one for which it returns true is not kept for `errorLines`. */
  readonly takesErrorLine?: ((line: string) => boolean) | undefined;
  readonly timeBudget: TimeBudget;
  readonly signal?: AbortSignal | undefined;
}

/** How a program ended, and the first and last lines of its stderr. */
export type ChildExit = { readonly errorLines: readonly string[] } & (
  | { readonly kind: 'exited'; readonly exitCode: number }
  /** Ended by a signal that was not ours. */
  | { readonly kind: 'signalled'; readonly signalName: string }
  /** Ended by us. */
  | { readonly kind: 'timeout' | 'aborted' }
  | { readonly kind: 'failed_to_start'; readonly cause: unknown }
);

/** ffmpeg ends within milliseconds of SIGTERM unless it is stuck. */
const GRACE_MILLISECONDS = 1000;

/**
 * Runs a program and yields its stdout chunk by chunk, no faster than the caller takes it. The program
 * starts when the first chunk is asked for and is gone for good when the generator has ended, be it by the
 * program's own end, an abort, an exhausted time budget or the caller's `break`.
 *
 * It leads a process group of its own: what it starts ends with it, and Ctrl-C reaches only Clipstep, which
 * may want to finish what it does. Clipstep's exit kills it; where Clipstep itself is killed by a signal
 * that nobody handles, its launcher kills it, or without one it dies of its closed pipe at its next write.
 *
 * @returns how it ended, after the last chunk. Throws only what `input` throws.
 */
export async function* runChild(options: ChildOptions): AsyncGenerator<Buffer, ChildExit> {
  const start = options.startProgram ?? spawnProgram;
  const child = new Child(await start(options), options);
  try {
    yield* child.output();
    return await child.exit();
  } finally {
    await child.release();
  }
}

type OwnReason = 'timeout' | 'aborted' | 'input_failed';

/** Owns one running program until `release`. */
class Child {
  readonly #options: ChildOptions;
  readonly #program: Program;
  readonly #exited: Promise<unknown>;
  readonly #errors: KeptLines;
  #endedBy: OwnReason | undefined;
  #programEnd: ProgramEnd | undefined;
  #startFailure: { readonly cause: unknown } | undefined;
  #inputFailure: unknown;
  #termination: Promise<void> | undefined;
  #wakeExit = () => {};

  constructor(program: Program, options: ChildOptions) {
    this.#options = options;
    this.#program = program;
    this.#exited = program.ended
      .then((end) => {
        this.#programEnd = end;
      })
      .catch((cause: unknown) => {
        this.#startFailure = { cause };
      });
    this.#errors = collectLines(this.#program.stderr, options.takesErrorLine);
    killAtExit(this);
    options.signal?.addEventListener('abort', this.#abort);
    if (options.signal?.aborted) this.#abort();
    void this.#feed();
  }

  async *output(): AsyncGenerator<Buffer, void> {
    const chunks = this.#program.stdout[Symbol.asyncIterator]();
    try {
      for (;;) {
        const next = await this.#withinBudget(chunks.next());
        if (next.done) return;
        yield next.value;
      }
    } catch (thrown) {
      // Reading a stream that was destroyed throws; exit() says why it was.
      if (!this.#endedBy && !this.#startFailure) throw thrown;
    }
  }

  async exit(): Promise<ChildExit> {
    const ended = new Promise<void>((resolve) => {
      this.#wakeExit = resolve;
    });
    if (!this.#endedBy) await this.#withinBudget(Promise.race([this.#exited, ended]));
    await this.#termination;
    await withinGrace(this.#errors.ended);
    const errorLines = this.#errors.lines();
    if (this.#endedBy === 'input_failed') throw this.#inputFailure;
    if (this.#endedBy) return { kind: this.#endedBy, errorLines };
    if (this.#startFailure) return { kind: 'failed_to_start', cause: this.#startFailure.cause, errorLines };
    const end = this.#programEnd;
    return end?.signalName
      ? { kind: 'signalled', signalName: end.signalName, errorLines }
      : { kind: 'exited', exitCode: end?.exitCode ?? 0, errorLines };
  }

  async release(): Promise<void> {
    this.#options.signal?.removeEventListener('abort', this.#abort);
    await this.#terminate();
    running.delete(this);
  }

  #withinBudget<T>(waiting: Promise<T>): Promise<T> {
    return this.#options.timeBudget.spend(waiting, () => this.#end('timeout'));
  }

  #end(reason: OwnReason): void {
    this.#endedBy ??= reason;
    this.#wakeExit();
    void this.#terminate();
  }

  readonly #abort = () => this.#end('aborted');

  /** Asks, then forces. A closed pipe also wakes a program that waits to write into it. */
  #terminate(): Promise<void> {
    this.#termination ??= (async () => {
      this.#program.stdin.destroy();
      this.#program.stdout.destroy();
      signalGroup(this.#program.pid, 'SIGTERM');
      await withinGrace(this.#exited);
      this.kill();
      await withinGrace(this.#exited);
      this.#program.stderr.destroy();
    })();
    return this.#termination;
  }

  kill(): void {
    signalGroup(this.#program.pid, 'SIGKILL');
  }

  async #feed(): Promise<void> {
    const { stdin } = this.#program;
    // A program that ended no longer reads; how it ended says more than the broken pipe.
    stdin.on('error', () => {});
    try {
      for await (const chunk of this.#options.input ?? []) {
        if (!(await written(stdin, chunk))) return;
      }
      stdin.end();
    } catch (thrown) {
      this.#inputFailure = thrown;
      this.#end('input_failed');
    }
  }
}

const running = new Set<Child>();

function killRunning(): void {
  for (const child of running) child.kill();
}

/** With one listener for all of them, since Node.js takes many for a leak. */
function killAtExit(child: Child): void {
  running.add(child);
  if (!process.listeners('exit').includes(killRunning)) process.on('exit', killRunning);
}

function written(stream: Writable, chunk: Uint8Array): Promise<boolean> {
  return new Promise((resolve) => {
    stream.write(chunk, (failure) => resolve(!failure));
  });
}

/** A program that the kernel cannot end, on a dead network disk, must not hang us: hence a bound. */
async function withinGrace(waiting: Promise<unknown>): Promise<void> {
  await Promise.race([waiting, sleep(GRACE_MILLISECONDS, undefined, { ref: false })]);
}
