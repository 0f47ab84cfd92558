import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** Whether a Redis can be started here: Debian's redis-server, or what CLIPSTEP_REDIS names. */
const program = process.env.CLIPSTEP_REDIS ?? 'redis-server';
export const canStartRedis = spawnSync(program, ['--version']).status === 0;

export interface TestRedis {
  readonly address: string;
  readonly pid: number;
  /** Ends it at once, as a power cut does, and removes what it kept. */
  release(): Promise<void>;
}

/** A Redis of its own, on a port that is free. @param args settings, such as `--maxmemory 5mb`. */
export async function startRedis(args: readonly string[] = []): Promise<TestRedis> {
  const folder = await mkdtemp(join(tmpdir(), 'clipstep-redis-'));
  const port = await freePort();
  const own = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--dir', folder];
  const child = spawn(program, [...own, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(child, 'exit');
  for await (const line of createInterface(child.stdout)) if (/Ready to accept connections/.test(line)) break;
  child.stdout.resume();
  return {
    address: `redis://127.0.0.1:${port}`,
    pid: child.pid!,
    release: async () => {
      child.kill('SIGKILL');
      await ended;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  if (typeof address !== 'object' || !address) throw new Error('A server has no port');
  return address.port;
}
