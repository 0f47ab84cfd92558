import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PACKAGE_FOLDER } from '../package-files.js';
import {
  type Channel,
  decodeHeader,
  HEADER_BYTES,
  type Launch,
  type LaunchReply,
} from './launcher-protocol.js';
import {
  type Command,
  type Program,
  type ProgramEnd,
  type StartProgram,
  signalGroup,
  spawnProgram,
} from './program.js';

/** Starts programs until `release`, which ends those that still run. */
export interface Launcher {
  readonly start: StartProgram;
  release(): Promise<void>;
}

/**
 * Starts a small process that starts programs in place of this one. Node.js starts a program by fork(): of a process
 * with models in its memory, the kernel then copies the tables of all that, and every page that is written to after
 * it causes a fault, which together takes a sixth of a batch's time.
 *
 * Programs talk to this process, by sockets of their own. Where the launcher cannot be had, or has ended, this process
 * starts them itself; so it does on systems where nothing is forked.
 */
export async function startLauncher(): Promise<Launcher> {
  const own: Launcher = { start: spawnProgram, release: async () => {} };
  if (process.platform !== 'linux') return own;
  try {
    return await LauncherProcess.start();
  } catch {
    // No folder for the sockets, or too long a path to it.
    return own;
  }
}

/** A launcher that is started with its first program, for work that may find in a cache all that programs would give. */
export function launchWhenNeeded(): Launcher {
  let started: Promise<Launcher> | undefined;
  return {
    start: async (command) => {
      started ??= startLauncher();
      return (await started).start(command);
    },
    release: async () => (await started)?.release(),
  };
}

/** As it is built: where TypeScript itself is run, as by tests, Node.js does not know it. */
const LAUNCHER_PROCESS = join(PACKAGE_FOLDER, 'dist', 'launcher-process.js');

/** In bytes, on Linux. Node.js cuts off what is beyond, and so makes a socket elsewhere. */
const LONGEST_SOCKET_PATH = 107;

/** The launcher ends within milliseconds unless it was stopped. */
const GRACE_MILLISECONDS = 1000;

/** Owns the process, the socket that it connects to, and that one's folder. */
class LauncherProcess implements Launcher {
  readonly #folder: string;
  readonly #server: Server;
  readonly #process: ChildProcess;
  readonly #ended: Promise<unknown>;
  readonly #launched = new Map<number, Launched>();
  #count = 0;
  #isLost = false;

  static async start(): Promise<LauncherProcess> {
    // Only its owner has access to it, and so to the socket.
    const folder = await mkdtemp(join(tmpdir(), 'clipstep-'));
    const server = createServer({ pauseOnConnect: true });
    try {
      const path = join(folder, 'programs');
      if (Buffer.byteLength(path) > LONGEST_SOCKET_PATH) throw new Error(`${path} is too long for a socket`);
      await once(server.listen(path), 'listening');
      return new LauncherProcess({ folder, server, path });
    } catch (error) {
      await rm(folder, { recursive: true });
      throw error;
    }
  }

  private constructor({ folder, server, path }: { folder: string; server: Server; path: string }) {
    this.#folder = folder;
    this.#server = server.on('connection', (socket) => this.#takeSocket(socket));
    // Where file descriptors have run out, programs do without the launcher.
    this.#server.on('error', () => {});
    this.#process = fork(LAUNCHER_PROCESS, [path], {
      // Ctrl-C is not for it.
      detached: true,
      execArgv: [],
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    this.#process.on('message', (reply: LaunchReply) => this.#takeReply(reply));
    this.#ended = new Promise((resolve) => {
      this.#process.once('exit', resolve);
      // Errors of messages that it can no longer take mean nothing more: its end is reported.
      this.#process.on('error', () => this.#process.pid ?? resolve(undefined));
    });
    this.#ended.then(() => this.#lose());
  }

  readonly start: StartProgram = async (command) => (await this.#launch(command)) ?? spawnProgram(command);

  async release(): Promise<void> {
    if (this.#process.connected) this.#process.disconnect();
    const timer = setTimeout(() => this.#process.kill('SIGKILL'), GRACE_MILLISECONDS);
    await this.#ended;
    clearTimeout(timer);
    this.#server.close();
    await rm(this.#folder, { recursive: true, force: true });
  }

  async #launch(command: Command): Promise<Program | null> {
    if (this.#isLost || !this.#process.connected) return null;
    const number = ++this.#count;
    const launched = new Launched();
    this.#launched.set(number, launched);
    this.#process.send({ number, command } satisfies Launch);
    return launched.program;
  }

  #takeSocket(socket: Socket): void {
    // Whoever reads or writes it hears of them.
    socket.on('error', () => {});
    const takeHeader = () => {
      const header: Buffer | null = socket.read(HEADER_BYTES);
      if (!header) return;
      socket.off('readable', takeHeader);
      const { number, channel } = decodeHeader(header);
      const launched = this.#launched.get(number);
      if (!launched) {
        socket.destroy();
        return;
      }
      launched.takeSocket(channel, socket);
      this.#forget(number, launched);
    };
    socket.on('readable', takeHeader);
  }

  #takeReply(reply: LaunchReply): void {
    const launched = this.#launched.get(reply.number);
    if (!launched) return;
    launched.takeReply(reply);
    this.#forget(reply.number, launched);
  }

  #forget(number: number, { isOver }: Launched): void {
    if (isOver) this.#launched.delete(number);
  }

  #lose(): void {
    this.#isLost = true;
    for (const launched of this.#launched.values()) launched.lose();
    this.#launched.clear();
  }
}

/** After which the launcher is no longer waited for: it takes milliseconds, and some more where all is busy. */
const LONGEST_LAUNCH_MILLISECONDS = 10_000;

/** A program that was asked for. Replies and sockets come each their own way, sockets even after `ended`. */
class Launched {
  /** null where it could not be started, or nobody knows how it ended. */
  readonly program: Promise<Program | null>;
  readonly #ended: Promise<ProgramEnd>;
  readonly #sockets = new Map<Channel, Socket>();
  #pid: number | undefined;
  #hasEnded = false;
  #isGiven = false;
  #give: (program: Program | null) => void = () => {};
  #end: (end: ProgramEnd) => void = () => {};

  constructor() {
    this.program = new Promise((resolve) => {
      this.#give = resolve;
    });
    this.#ended = new Promise((resolve) => {
      this.#end = resolve;
    });
    const timer = setTimeout(() => this.lose(), LONGEST_LAUNCH_MILLISECONDS);
    this.program.then(() => clearTimeout(timer));
  }

  /** Whether nothing more comes of it. */
  get isOver(): boolean {
    return this.#isGiven && this.#hasEnded;
  }

  takeSocket(channel: Channel, socket: Socket): void {
    this.#sockets.set(channel, socket);
    if (this.#isGiven) socket.destroy();
    else this.#giveWhole();
  }

  takeReply(reply: LaunchReply): void {
    switch (reply.kind) {
      case 'started':
        this.#pid = reply.pid;
        // Nobody waits for it any more.
        if (this.#isGiven) signalGroup(reply.pid, 'SIGKILL');
        else this.#giveWhole();
        break;
      case 'failed':
        this.#giveNone();
        break;
      case 'ended':
        this.#hasEnded = true;
        this.#end(reply);
    }
  }

  /** The launcher, which alone would hear how the program ends, has ended or says nothing. */
  lose(): void {
    if (!this.#hasEnded) signalGroup(this.#pid, 'SIGKILL');
    this.#end({ exitCode: null, signalName: 'SIGKILL' });
    if (!this.#isGiven) this.#giveNone();
  }

  #giveWhole(): void {
    const [stdin, stdout, stderr] = ([0, 1, 2] as const).map((channel) => this.#sockets.get(channel));
    if (this.#pid === undefined || !stdin || !stdout || !stderr) return;
    this.#isGiven = true;
    this.#give({ pid: this.#pid, stdin, stdout, stderr, ended: this.#ended });
  }

  #giveNone(): void {
    this.#isGiven = true;
    this.#hasEnded = true;
    for (const socket of this.#sockets.values()) socket.destroy();
    this.#give(null);
  }
}
