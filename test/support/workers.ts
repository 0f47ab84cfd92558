import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { random } from '../../src/random.js';
import { projectFolder } from './cli.js';

export interface Worker {
  readonly child: ChildProcess;
  readonly ended: Promise<{ code: number | null; stderr: string }>;
}

/** Starts `clipstep work`. */
export function startWorker(args: readonly string[], env: NodeJS.ProcessEnv = {}): Worker {
  const child = spawn(process.execPath, [`${projectFolder}/dist/cli.js`, 'work', ...args], {
    env: { ...process.env, NO_COLOR: '1', ...env },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const ended = once(child, 'close').then(([code]: Array<number | null>) => ({ code: code ?? null, stderr }));
  return { child, ended };
}

export interface Chaos {
  /** Of `clipstep work`. */
  readonly args: readonly string[];
  readonly workers: number;
  readonly kills: number;
  readonly stops: number;
  /** How long a stopped worker stands still. */
  readonly stopSeconds: number;
  readonly seed: number;
}

/**
 * Keeps some workers going while it kills (SIGKILL) and stops (SIGSTOP) them at random, then lets them end by themselves.
 *
 * @returns how each worker ended that was not killed.
 */
export async function workInChaos(chaos: Chaos) {
  const { args, workers, stopSeconds, seed } = chaos;
  const stream = random(seed, 'chaos');
  const acts = [
    ...Array.from({ length: chaos.kills }, () => 'kill' as const),
    ...Array.from({ length: chaos.stops }, () => 'stop' as const),
  ];
  const running = Array.from({ length: workers }, () => startWorker(args));
  const waking: Array<Promise<void>> = [];
  while (acts.length > 0) {
    await sleep(600 + 1400 * stream.float());
    const [act] = acts.splice(stream.integer(0, acts.length), 1);
    const index = stream.integer(0, workers);
    const { child } = running[index]!;
    if (act === 'kill') {
      child.kill('SIGKILL');
      running[index] = startWorker(args);
    } else {
      child.kill('SIGSTOP');
      waking.push(sleep(stopSeconds * 1000).then(() => void child.kill('SIGCONT')));
    }
  }
  await Promise.all(waking);
  return Promise.all(running.map(({ ended }) => ended));
}
