import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import * as z from 'zod';
import { cacheFolder } from '../../src/platform/cache-folder.js';
import { projectFolder } from '../support/cli.js';
import type { Trainee } from './measure-steps.js';

/** A library's name and version, and how long each step took. */
const answerSchema = z.object({ library: z.string(), milliseconds: z.array(z.number()) });

/** The Python that has the peers' libraries, and their scripts. */
export interface Peers {
  readonly python: string;
  readonly script: (name: string) => string;
}

/** Null where they are not installed, which is told. */
export function findPeers(): Peers | null {
  const environment = process.env.CLIPSTEP_PEERS ?? cacheFolder('peers');
  const python = join(environment, 'bin', 'python');
  if (existsSync(python)) return { python, script: (name) => join(projectFolder, 'test/bench/peers', name) };
  console.log(`The peers are left out: no ${python}; test/bench/peers/README.md tells how to get it`);
  return null;
}

/** The training workload's scripts for PyTorch and Keras, started; only those that are installed. */
export async function startPeers(workload: 'lstm' | 'cnn'): Promise<Trainee[]> {
  const found = findPeers();
  if (!found) return [];
  const peers: Trainee[] = [];
  for (const library of ['torch', 'keras']) {
    const peer = await startPeer(found, `${library}_${workload}.py`);
    if (peer) peers.push(peer);
    else console.log(`${library} does not start with ${found.python}: left out`);
  }
  return peers;
}

/** A script that serves steps, when it starts. @param args of its command line. */
export async function startPeer(
  peers: Peers,
  script: string,
  args: readonly string[] = [],
): Promise<Trainee | null> {
  const child = spawn(peers.python, [peers.script(script), ...args], {
    env: { ...process.env, CUDA_VISIBLE_DEVICES: '', TF_CPP_MIN_LOG_LEVEL: '3' },
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  // Writing to one that has ended fails here; that it gives no answer says so already.
  child.stdin.on('error', () => {});
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  const ask = async (steps: number) => {
    child.stdin.write(`${steps}\n`);
    const { value, done } = await lines.next();
    return done ? null : answerSchema.parse(JSON.parse(value));
  };
  const first = await ask(1);
  if (!first) return null;
  return {
    name: first.library,
    steps: async (count) => {
      const answer = await ask(count);
      if (!answer) throw new Error(`${script} ended in the middle of the bench`);
      return answer.milliseconds;
    },
    release: async () => {
      const ended = once(child, 'close');
      child.stdin.end();
      await ended;
    },
  };
}
