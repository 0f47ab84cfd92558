import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Launcher, startLauncher } from '../../../src/platform/child-process/launcher.js';
import { type StartProgram, spawnProgram } from '../../../src/platform/child-process/program.js';
import {
  type ChildExit,
  type ChildOptions,
  runChild,
} from '../../../src/platform/child-process/supervised-child.js';
import { createTimeBudget } from '../../../src/platform/child-process/time-budget.js';
import { isRunning } from '../../support/processes.js';

const folder = mkdtempSync(join(tmpdir(), 'clipstep-child-'));
afterAll(() => rmSync(folder, { recursive: true }));

let launcher: Launcher;
beforeAll(async () => {
  launcher = await startLauncher();
});
afterAll(() => launcher.release());

const STARTERS: ReadonlyArray<{ by: string; startProgram: StartProgram }> = [
  { by: 'this process', startProgram: spawnProgram },
  { by: 'a launcher', startProgram: (command) => launcher.start(command) },
];

async function finish(
  child: AsyncGenerator<Buffer, ChildExit>,
): Promise<{ output: string; exit: ChildExit }> {
  let output = '';
  for (;;) {
    const step = await child.next();
    if (step.done) return { output, exit: step.value };
    output += step.value.toString();
  }
}

/** The id that a script prints first, and the rest of its output still to be read. */
async function firstLine(child: AsyncGenerator<Buffer, ChildExit>): Promise<number> {
  const step = await child.next();
  return Number(step.value?.toString());
}

const STUBBORN = `process.on('SIGTERM', () => {}); console.log(process.pid); setInterval(() => {}, 1000);`;

describe.each(STARTERS)('a program started by $by', ({ startProgram }) => {
  /** Runs a script with Node.js, which is the one program that is surely there. */
  const script = (code: string, changes: Partial<ChildOptions> = {}) =>
    runChild({
      executable: process.execPath,
      arguments: ['-e', code],
      timeBudget: createTimeBudget(60),
      startProgram,
      ...changes,
    });

  test('gives all of the output and the exit code', async () => {
    const { output, exit } = await finish(
      script(`process.stdout.write('a'.repeat(300000)); process.exitCode = 3`),
    );
    expect(output.length).toBe(300000);
    expect(exit).toEqual({ kind: 'exited', exitCode: 3, errorLines: [] });
  });

  test('keeps the first and last lines of stderr however many there are', async () => {
    const { exit } = await finish(script(`for (let i = 0; i < 100000; i++) console.error('line ' + i)`));
    expect(exit.errorLines).toHaveLength(40);
    expect(exit.errorLines[0]).toBe('line 0');
    expect(exit.errorLines.at(-1)).toBe('line 99999');
  });

  test('does not keep the lines of stderr that are taken', async () => {
    const taken: string[] = [];
    const takesErrorLine = (line: string) => line.startsWith('time') && taken.push(line) > 0;
    const { exit } = await finish(script(`console.error('time 1\\nbad\\ntime 2')`, { takesErrorLine }));
    expect({ taken, kept: exit.errorLines }).toEqual({ taken: ['time 1', 'time 2'], kept: ['bad'] });
  });

  test('feeds its input, one chunk after the other from the same memory', async () => {
    const chunk = new Uint8Array(70_000);
    const input = (function* () {
      for (let value = 1; value <= 5; value++) yield chunk.fill(value);
    })();
    const { output } = await finish(
      script(
        `process.stdin.on('data', (d) => { for (const b of d) sum += b }); let sum = 0;
        process.stdin.on('end', () => console.log(sum))`,
        { input },
      ),
    );
    expect(Number(output)).toBe(70_000 * (1 + 2 + 3 + 4 + 5));
  });

  test('throws what its input throws, and ends the program', async () => {
    const input = (function* () {
      yield new Uint8Array(1);
      throw new Error('no more pictures');
    })();
    await expect(finish(script('setInterval(() => {}, 1000)', { input }))).rejects.toThrow(
      'no more pictures',
    );
  });

  test('tells that a program could not be started', async () => {
    const { exit } = await finish(script('', { executable: join(folder, 'absent') }));
    expect(exit).toMatchObject({ kind: 'failed_to_start', cause: { code: 'ENOENT' } });
  });

  test('tells the signal by which somebody else ended the program', async () => {
    const { exit } = await finish(
      script(`process.kill(process.pid, 'SIGKILL'); setInterval(() => {}, 1000)`),
    );
    expect(exit).toMatchObject({ kind: 'signalled', signalName: 'SIGKILL' });
  });

  test('is gone after an abort, even if it ignores SIGTERM', async () => {
    const controller = new AbortController();
    const child = script(STUBBORN, { signal: controller.signal });
    const pid = await firstLine(child);
    expect(isRunning(pid)).toBe(true);
    controller.abort();
    const { exit } = await finish(child);
    expect(exit.kind).toBe('aborted');
    await expect.poll(() => isRunning(pid), { timeout: 10_000 }).toBe(false);
  });

  test('gives nothing when the signal was aborted before', async () => {
    const { output, exit } = await finish(script(`console.log('started')`, { signal: AbortSignal.abort() }));
    expect({ output, kind: exit.kind }).toEqual({ output: '', kind: 'aborted' });
  });

  test('is gone when its time is over, even if it ignores SIGTERM', async () => {
    const child = script(STUBBORN, { timeBudget: createTimeBudget(1) });
    const pid = await firstLine(child);
    const { exit } = await finish(child);
    expect(exit.kind).toBe('timeout');
    await expect.poll(() => isRunning(pid), { timeout: 10_000 }).toBe(false);
  });

  test('is gone when the caller leaves the loop, with what it has started itself', async () => {
    const child = script(`
      const { spawn } = require('node:child_process');
      const other = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
      console.log(process.pid + ' ' + other.pid);
      setInterval(() => {}, 1000);`);
    let pids: number[] = [];
    for await (const chunk of child) {
      pids = chunk.toString().trim().split(' ').map(Number);
      break;
    }
    expect(pids).toHaveLength(2);
    await expect.poll(() => pids.filter(isRunning)).toEqual([]);
  });

  test('is gone when the process that runs it exits', async () => {
    const module = new URL('../../../src/platform/child-process/supervised-child.ts', import.meta.url);
    const code = `
      import { runChild } from ${JSON.stringify(module)};
      const timeBudget = { totalSeconds: 60, spend: (waiting) => waiting };
      const child = runChild({ executable: process.execPath, arguments: ['-e', ${JSON.stringify(STUBBORN)}], timeBudget });
      const { value } = await child.next();
      process.stdout.write(value.toString(), () => process.exit());`;
    const options = ['--import', 'tsx', '--input-type=module', '-e', code];
    const { stdout } = await promisify(execFile)(process.execPath, options);
    expect(Number(stdout)).toBeGreaterThan(1);
    await expect.poll(() => isRunning(Number(stdout))).toBe(false);
  });

  test('lets the program write no faster than its output is taken', async () => {
    const progress = join(folder, 'progress');
    const child = script(`
      const fs = require('node:fs');
      for (;;) { fs.writeSync(1, Buffer.alloc(65536)); fs.appendFileSync(${JSON.stringify(progress)}, '.'); }`);
    await child.next();
    await expect.poll(() => statSync(progress).size).toBeGreaterThan(0);
    await sleep(500);
    // The pipe's buffer and the stream's, of 64 KiB each and some more; a free writer makes thousands.
    expect(readFileSync(progress).length).toBeLessThan(20);
    await child.return({ kind: 'aborted', errorLines: [] });
  });
});
