import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest';
import { launchWhenNeeded, startLauncher } from '../../../src/platform/child-process/launcher.js';
import type { StartProgram } from '../../../src/platform/child-process/program.js';
import { type ChildExit, runChild } from '../../../src/platform/child-process/supervised-child.js';
import { createTimeBudget } from '../../../src/platform/child-process/time-budget.js';
import { isRunning } from '../../support/processes.js';

const folder = mkdtempSync(join(tmpdir(), 'clipstep-launcher-'));
afterAll(() => rmSync(folder, { recursive: true }));
afterEach(() => vi.unstubAllEnvs());

/** Tells its own id and who has started it, and then stays. */
const TELLING = `process.on('SIGTERM', () => {}); console.log(process.pid + ' ' + process.ppid); setInterval(() => {}, 1000);`;

/** What was killed ends when its turn on a processor comes. */
const PATIENCE = { timeout: 10_000 };

interface Telling {
  readonly pid: number;
  readonly parent: number;
  readonly child: AsyncGenerator<Buffer, ChildExit>;
}

async function startTelling(startProgram: StartProgram): Promise<Telling> {
  const timeBudget = createTimeBudget(60);
  const args = ['-e', TELLING];
  const child = runChild({ executable: process.execPath, arguments: args, timeBudget, startProgram });
  const { value } = await child.next();
  const [pid = 0, parent = 0] = String(value).split(' ').map(Number);
  return { pid, parent, child };
}

const leave = ({ child }: Telling) => child.return({ kind: 'aborted', errorLines: [] });

describe.skipIf(process.platform !== 'linux')('a launcher', () => {
  it('starts programs from another process, which ends with them on release', async () => {
    const launcher = await startLauncher();
    const program = await startTelling(launcher.start);
    expect(program.parent).not.toBe(process.pid);
    await launcher.release();
    await expect.poll(() => [program.pid, program.parent].filter(isRunning), PATIENCE).toEqual([]);
    expect(await program.child.next()).toMatchObject({ done: true, value: { signalName: 'SIGKILL' } });
  });

  it('can wait for the first program', async () => {
    const idle = launchWhenNeeded();
    await idle.release();
    const launcher = launchWhenNeeded();
    const program = await startTelling(launcher.start);
    const other = await startTelling(launcher.start);
    expect(program.parent).not.toBe(process.pid);
    expect(other.parent).toBe(program.parent);
    await launcher.release();
    await expect.poll(() => [program.pid, other.pid, program.parent].filter(isRunning), PATIENCE).toEqual([]);
  });

  it('may end: its programs do, too, and this process starts the next ones', async () => {
    const launcher = await startLauncher();
    const program = await startTelling(launcher.start);
    process.kill(program.parent, 'SIGKILL');
    expect(await program.child.next()).toMatchObject({ done: true, value: { signalName: 'SIGKILL' } });
    await expect.poll(() => isRunning(program.pid), PATIENCE).toBe(false);
    const next = await startTelling(launcher.start);
    expect(next.parent).toBe(process.pid);
    await leave(next);
    await launcher.release();
  });

  it('is not waited for when it says nothing', async () => {
    const launcher = await startLauncher();
    const program = await startTelling(launcher.start);
    process.kill(program.parent, 'SIGSTOP');
    const next = await startTelling(launcher.start);
    expect(next.parent).toBe(process.pid);
    await leave(next);
    await leave(program);
    await launcher.release();
    await expect.poll(() => [program.pid, program.parent, next.pid].filter(isRunning), PATIENCE).toEqual([]);
  }, 30_000);

  it('leaves nothing behind where the process that it works for is killed', async () => {
    const modules = new URL('../../../src/platform/child-process/', import.meta.url);
    const code = `
      import { launchWhenNeeded, startLauncher } from '${modules}launcher.ts';
      import { runChild } from '${modules}supervised-child.ts';
      const { start: startProgram } = await startLauncher();
      const timeBudget = { totalSeconds: 60, spend: (waiting) => waiting };
      const args = ['-e', ${JSON.stringify(TELLING)}];
      const child = runChild({ executable: process.execPath, arguments: args, timeBudget, startProgram });
      process.stdout.write((await child.next()).value);`;
    const own = join(folder, 'killed');
    mkdirSync(own);
    const args = ['--import', 'tsx', '--input-type=module', '-e', code];
    const killed = spawn(process.execPath, args, {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, TMPDIR: own },
    });
    const line = await new Promise<string>((resolve) =>
      killed.stdout.once('data', (data) => resolve(String(data))),
    );
    const pids = line.split(' ').map(Number);
    const folders = () => readdirSync(own).filter((name) => name.startsWith('clipstep-'));
    expect({ running: pids.filter(isRunning).length, folders: folders().length }).toEqual({
      running: 2,
      folders: 1,
    });
    killed.kill('SIGKILL');
    await expect.poll(() => [...pids.filter(isRunning), ...folders()], PATIENCE).toEqual([]);
  });

  it('leaves nothing behind where that process is killed before the launcher runs', async () => {
    const module = new URL('../../../src/platform/child-process/launcher.ts', import.meta.url);
    const code = `
      import { launchWhenNeeded, startLauncher } from '${module}';
      await startLauncher();
      process.kill(process.pid, 'SIGKILL');`;
    const own = join(folder, 'killed-early');
    mkdirSync(own);
    const killed = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', code], {
      env: { ...process.env, TMPDIR: own },
      stdio: 'inherit',
    });
    expect(await once(killed, 'exit')).toEqual([null, 'SIGKILL']);
    await expect
      .poll(() => readdirSync(own).filter((name) => name.startsWith('clipstep-')), PATIENCE)
      .toEqual([]);
  });

  it.each([
    { why: 'there is no folder for temporary files', temporary: join(folder, 'absent') },
    {
      why: "that folder's path is longer than a socket's may be",
      temporary: join(folder, 'long'.repeat(30)),
    },
  ])('does without another process where $why', async ({ temporary }) => {
    if (!temporary.endsWith('absent')) mkdirSync(temporary);
    vi.stubEnv('TMPDIR', temporary);
    const launcher = await startLauncher();
    const program = await startTelling(launcher.start);
    expect(program.parent).toBe(process.pid);
    await leave(program);
    await launcher.release();
  });
});
