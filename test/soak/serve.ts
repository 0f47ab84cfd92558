import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { type IncomingMessage, request } from 'node:http';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { projectFolder } from '../support/cli.js';

/** Requests after which memory has settled, and is told. */
const SETTLED = 1000;

/** Requests under way at once: as many as are computed, and some that wait. */
const AT_ONCE = 6;

/** Clients that come together in the end: more than there is room for. */
const CROWD = 100;

/** Clips through `clipstep serve`, over HTTP: whether memory stays flat, and a crowd is sent away where it is too large. */
export async function soakServe(count: number): Promise<void> {
  const cli = join(projectFolder, 'dist', 'cli.js');
  const child = spawn(process.execPath, [cli, 'serve', '--model', 'motion', '--port', '0'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    const [greeting] = await once(child.stdout.setEncoding('utf8'), 'data');
    const address = /http:\/\/[\w.:]+/.exec(String(greeting))![0];
    const clip = await readFile(join(projectFolder, 'datasets/motion/samples/open/open-0001.mp4'));
    await soak({ address, clip, count });
    await crowd({ address, clip });
  } finally {
    child.kill('SIGTERM');
    await once(child, 'exit');
  }
}

interface Target {
  readonly address: string;
  readonly clip: Buffer;
}

async function soak({ address, clip, count }: Target & { count: number }): Promise<void> {
  const started = performance.now();
  let begun = 0;
  let done = 0;
  let failures = 0;
  const client = async () => {
    while (begun++ < count) {
      if ((await classify({ address, clip })) !== 200) failures += 1;
      done += 1;
      if (done % SETTLED !== 0 && done !== count) continue;
      const perSecond = (done * 1000) / (performance.now() - started);
      console.log(
        `${done} requests: ${await figures(address)}, ${perSecond.toFixed(1)} a second, ${failures} failed`,
      );
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, client));
}

async function crowd(target: Target): Promise<void> {
  const clients = Array.from({ length: CROWD }, (_, index) => `127.0.0.${index + 2}`);
  const statuses = await Promise.all(clients.map((client) => classifyFrom(client, target)));
  const counts = new Map<number, number>();
  for (const status of statuses) counts.set(status, (counts.get(status) ?? 0) + 1);
  const told = [...counts].map(([status, count]) => `${count} with ${status}`).join(', ');
  await sleep(SETTLE_MILLISECONDS);
  console.log(`${CROWD} clients at once: ${told}; ${await figures(target.address)} afterwards`);
}

/** From an address of its own on this machine, as Linux has them: the server takes it for another client. */
async function classifyFrom(localAddress: string, { address, clip }: Target): Promise<number> {
  const sent = request(`${address}/v1/models/motion/classify`, {
    method: 'POST',
    localAddress,
    agent: false,
  });
  // Whoever is refused at once is not read to the end.
  sent.on('error', () => {});
  sent.end(clip);
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  response.resume();
  return response.statusCode!; // it is an answer's
}

const SETTLE_MILLISECONDS = 1000;

async function classify({ address, clip }: Target): Promise<number> {
  const response = await fetch(`${address}/v1/models/motion/classify`, { method: 'POST', body: clip });
  await response.arrayBuffer();
  return response.status;
}

async function figures(address: string): Promise<string> {
  const text = await (await fetch(`${address}/metrics`)).text();
  const figure = (name: string) => Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1]);
  const megabytes = figure('process_resident_memory_bytes') / 1e6;
  const lag = figure('nodejs_eventloop_lag_p99_seconds') * 1000;
  return `${megabytes.toFixed(0)} MB resident, event loop delay p99 ${lag.toFixed(0)} ms`;
}
