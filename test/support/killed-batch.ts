import { spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { random } from '../../src/random.js';
import type { BatchFixture } from './batch-fixture.js';
import { projectFolder } from './cli.js';

export interface KillingOptions extends BatchFixture {
  readonly out: string;
  readonly kills: number;
  readonly seed: number;
}

/**
 * Runs a batch that is killed (SIGKILL) at random moments and started again, until it was killed so often or
 * has finished; then lets it finish.
 *
 * @returns how often it was killed, and the exit code of the last run.
 */
export async function runAndKill(options: KillingOptions): Promise<{ killed: number; code: number | null }> {
  const moments = random(options.seed, 'kill');
  for (let killed = 0; killed < options.kills; killed++) {
    // Now and then while it starts; mostly some moments after it has begun to classify.
    const isEarly = moments.float() < 0.2;
    const delay = moments.float() * (isEarly ? 400 : 700);
    const code = await startBatch(options, { waitForClips: !isEarly, delayMilliseconds: delay });
    if (code !== null) return { killed, code };
  }
  return { killed: options.kills, code: await startBatch(options, null) };
}

/** @returns the exit code; null when it was killed. */
function startBatch(
  { model, clips, out }: KillingOptions,
  kill: { waitForClips: boolean; delayMilliseconds: number } | null,
): Promise<number | null> {
  const args = [`${projectFolder}/dist/cli.js`, 'batch', clips, '--model', model, '--out', out];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  const end = async () => {
    await sleep(kill?.delayMilliseconds);
    child.kill('SIGKILL');
  };
  let isTold = false;
  child.stderr.setEncoding('utf8').on('data', () => {
    if (kill?.waitForClips && !isTold) void end();
    isTold = true;
  });
  if (kill && !kill.waitForClips) void end();
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });
}
