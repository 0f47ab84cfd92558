import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { dirname } from 'node:path';
import { type Channel, encodeHeader, type Launch, type LaunchReply } from './launcher-protocol.js';
import { signalGroup } from './program.js';

/** The process that launcher.ts starts. It ends when that one does, however that comes, and so do its programs. */
const [socketPath = ''] = process.argv.slice(2);
const running = new Set<ChildProcess>();

process.on('message', (launch: Launch) => void start(launch));
process.on('disconnect', end);
// That one may be gone before this line is reached.
if (!process.connected) end();

function end(): void {
  for (const { pid } of running) signalGroup(pid, 'SIGKILL');
  rmSync(dirname(socketPath), { recursive: true, force: true });
  process.exit();
}

async function start({ number, command }: Launch): Promise<void> {
  const sockets: Socket[] = [];
  try {
    for (const channel of [0, 1, 2] as const) sockets.push(await open({ number, channel }));
    const program = spawn(command.executable, command.arguments, {
      stdio: [sockets[0], sockets[1], sockets[2]],
      env: { ...process.env, ...command.environment },
      detached: true,
    });
    program.on('error', () => reply({ kind: 'failed', number }));
    program.on('exit', (exitCode, signalName) => {
      running.delete(program);
      reply({ kind: 'ended', number, exitCode, signalName });
    });
    if (program.pid === undefined) return;
    running.add(program);
    reply({ kind: 'started', number, pid: program.pid });
  } catch {
    reply({ kind: 'failed', number });
  } finally {
    // The program has them now, and it alone is to keep them open.
    for (const socket of sockets) socket.destroy();
  }
}

/** A socket for the program: nothing of what comes through it is taken here. */
async function open(header: { number: number; channel: Channel }): Promise<Socket> {
  const socket = connect(socketPath);
  // Whoever waits for it hears of it here; where handles have run out, the other end may close it at any moment.
  socket.on('error', () => {});
  socket.pause();
  await once(socket, 'connect');
  await new Promise<void>((resolve, reject) => {
    socket.write(encodeHeader(header), (failure) => (failure ? reject(failure) : resolve()));
  });
  return socket;
}

function reply(message: LaunchReply): void {
  if (process.connected) process.send?.(message);
}
