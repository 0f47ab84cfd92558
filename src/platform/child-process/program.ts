import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable, Writable } from 'node:stream';

/** What to start. */
export interface Command {
  readonly executable: string;
  readonly arguments: readonly string[];
  /** Added to the environment of this process. */
  readonly environment?: Readonly<Record<string, string>> | undefined;
}

/** A program that was started, and the pipes to it. */
export interface Program {
  /** undefined when it could not be started. It leads a process group of its own, except on Windows. */
  readonly pid: number | undefined;
  readonly stdin: Writable;
  readonly stdout: Readable;
  readonly stderr: Readable;
  /** Rejects when it could not be started. */
  readonly ended: Promise<ProgramEnd>;
}

/** One of the two is null. */
export interface ProgramEnd {
  readonly exitCode: number | null;
  readonly signalName: NodeJS.Signals | null;
}

/** @throws what the system says where no pipes can be made, such as EMFILE. */
export type StartProgram = (command: Command) => Promise<Program>;

/** Starts a program from this process. */
export const spawnProgram: StartProgram = async ({ executable, arguments: args, environment }) => {
  const child = spawn(executable, args, {
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { ...process.env, ...environment },
    // Leads its own process group. Windows has none and would open a console window.
    detached: process.platform !== 'win32',
    windowsHide: true,
  });
  const { pid, stdin, stdout, stderr } = child;
  const ended = once(child, 'exit').then(([exitCode, signalName]) => ({ exitCode, signalName }));
  // Whoever waits for it hears of it.
  ended.catch(() => {});
  // Whatever its type says, there are none where too many files are open; then it has failed.
  if (!stdout) await ended;
  return { pid, stdin, stdout, stderr, ended };
};

/** Sends a signal to a program and to all that it has started. Of one that is gone, nothing happens. */
export function signalGroup(pid: number | undefined, signalName: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(process.platform === 'win32' ? pid : -pid, signalName);
  } catch {
    // The group is gone already, which is what is wanted.
  }
}
