import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { link, mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import autocannon from 'autocannon';
import { projectFolder } from '../support/cli.js';
import { runFfmpeg } from '../support/numbered-clip.js';
import { processesNaming } from '../support/processes.js';
import { tell } from './figures.js';
import { median } from './measure.js';
import { measureRun } from './measured-run.js';

const CLI = join(projectFolder, 'dist', 'cli.js');
const CLIP = join(projectFolder, 'datasets/motion/samples/open/open-0001.mp4');
const CLIPS = 240;
const ROUNDS = 3;
const ABORTS = 10;

/** As many clips at once as a batch has. */
const CONNECTIONS = availableParallelism() + 1;

/** One clip again and again through `clipstep serve`, under autocannon, and as files of a batch; then clients that go away. */
export async function benchServe(): Promise<void> {
  const root = await mkdtemp(join(tmpdir(), 'clipstep-bench-serve-'));
  try {
    const clips = await linkClips(root);
    const temporary = join(root, 'bodies');
    await mkdir(temporary);
    const server = await startServer(temporary);
    try {
      await compareRates({ root, clips, address: server.address });
      const delay = await delayP99(server.address);
      tell(`  event loop delay p99 ${delay.toFixed(0)} ms`, 'event loop delay p99', { milliseconds: delay });
      const ends = await timeAborts({ root, temporary, address: server.address });
      const [milliseconds, longest] = [median(ends), Math.max(...ends)];
      const leaving = "from a client's going away to the end of its ffmpeg";
      tell(
        `  ${leaving}: median ${milliseconds.toFixed(0)} ms, longest of ${ends.length} ${longest.toFixed(0)} ms`,
        leaving,
        { milliseconds, longest },
      );
    } finally {
      await server.stop();
    }
  } finally {
    await rm(root, { recursive: true });
  }
}

async function linkClips(root: string): Promise<string> {
  const folder = join(root, 'clips');
  await mkdir(folder);
  for (let index = 0; index < CLIPS; index++) await link(CLIP, join(folder, `${index}.mp4`));
  return folder;
}

async function startServer(temporary: string): Promise<{ address: string; stop: () => Promise<void> }> {
  const child = spawn(process.execPath, [CLI, 'serve', '--model', 'motion', '--port', '0'], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, TMPDIR: temporary },
  });
  const [greeting] = await once(child.stdout.setEncoding('utf8'), 'data');
  return {
    address: /http:\/\/[\w.:]+/.exec(String(greeting))![0],
    stop: async () => {
      child.kill('SIGTERM');
      await once(child, 'exit');
    },
  };
}

async function compareRates(options: { root: string; clips: string; address: string }): Promise<void> {
  const { root, clips, address } = options;
  const rates: Record<'batch' | 'serve', number[]> = { batch: [], serve: [] };
  await load(address, CONNECTIONS);
  for (let round = 0; round < ROUNDS; round++) {
    const args = [CLI, 'batch', clips, '--model', 'motion', '--out', join(root, `${round}.jsonl`)];
    const { code, seconds } = await measureRun(args);
    if (code !== 0) throw new Error(`clipstep batch ended with ${code}`);
    rates.batch.push(CLIPS / seconds);
    rates.serve.push(await load(address, CLIPS));
  }
  const [batch, serve] = [median(rates.batch), median(rates.serve)];
  const ratio = median(rates.serve.map((rate, round) => rate / rates.batch[round]!));
  const whole = `batch of ${CLIPS} clips, its start and end within`;
  tell(`  ${whole} ${batch.toFixed(1)} clips a second`, whole, { perSecond: batch });
  const served = `serve, ${CONNECTIONS} connections`;
  tell(`  ${served} ${serve.toFixed(1)} requests a second (${ratio.toFixed(2)} of batch)`, served, {
    perSecond: serve,
    ratio,
  });
}

/** @returns requests a second. */
async function load(address: string, amount: number): Promise<number> {
  const result = await autocannon({
    url: `${address}/v1/models/motion/classify`,
    method: 'POST',
    body: await readFile(CLIP),
    connections: CONNECTIONS,
    amount,
  });
  if (result['2xx'] !== amount) throw new Error(`Of ${amount} requests ${result['2xx']} were answered`);
  return amount / result.duration;
}

async function delayP99(address: string): Promise<number> {
  const text = await (await fetch(`${address}/metrics`)).text();
  return 1000 * Number(/^nodejs_eventloop_lag_p99_seconds (\S+)$/m.exec(text)![1]);
}

/** Milliseconds from a client's going away until no ffmpeg reads its clip, of some clients one after the other. */
async function timeAborts(options: { root: string; temporary: string; address: string }): Promise<number[]> {
  const { root, temporary, address } = options;
  const long = join(root, 'long.mp4');
  const source = 'testsrc2=size=1920x1080:rate=30:duration=20';
  await runFfmpeg(['-f', 'lavfi', '-i', source, '-g', '600', '-preset', 'ultrafast', long]);
  const body = await readFile(long);
  const times: number[] = [];
  // The server's own helper has its socket there.
  const helpers = new Set(processesNaming(temporary));
  const reading = () => processesNaming(temporary).filter((id) => !helpers.has(id)).length;
  while (times.length < ABORTS) {
    const leaving = new AbortController();
    const answer = fetch(`${address}/v1/models/motion/classify`, {
      method: 'POST',
      body,
      signal: leaving.signal,
    }).catch(() => null);
    await until(() => reading() > 0);
    const started = performance.now();
    leaving.abort();
    await until(() => reading() === 0);
    times.push(performance.now() - started);
    await answer;
  }
  return times;
}

async function until(isSo: () => boolean): Promise<void> {
  const deadline = performance.now() + 30_000;
  while (!isSo()) {
    if (performance.now() > deadline) throw new Error('An ffmpeg was waited for in vain');
    await sleep(2);
  }
}
