import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { clipstep, projectFolder } from '../support/cli.js';
import { writeNumberedClip } from '../support/numbered-clip.js';
import { canListProcesses, processesNaming } from '../support/processes.js';
import { startRtspServer } from '../support/rtsp-server.js';
import { saveTinyBundle } from '../support/tiny-bundle.js';

let root: string;
let model: string;
let stream: string;
/** Half a minute. */
let long: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'clipstep-watch-'));
  model = join(root, 'tiny');
  stream = join(root, 'clip.ts');
  await saveTinyBundle(model);
  long = join(root, 'long.ts');
  await writeNumberedClip(long, { frames: 300, framesPerSecond: 10, encoder: ['-c:v', 'libx264'] });
  await writeNumberedClip(stream, {
    frames: 40,
    framesPerSecond: 10,
    encoder: ['-c:v', 'libx264', '-g', '10'],
  });
});
afterAll(() => rm(root, { recursive: true }));

const WINDOWS = ['--window', '1', '--stride', '0.5', '--enter', '0'];

/** Runs `clipstep watch` without waiting for its end. */
function start(args: readonly string[]) {
  const child = spawn(process.execPath, [`${projectFolder}/dist/cli.js`, 'watch', ...args], {
    cwd: projectFolder,
    env: { ...process.env, NO_COLOR: '1' },
  });
  return { child, lines: createInterface(child.stdout) };
}

describe('clipstep watch', () => {
  it('prints events and windows as JSON lines, and what came of it on stderr', async () => {
    const { child, lines: printed } = start(['-', '--model', model, ...WINDOWS, '--json', '--each-window']);
    createReadStream(stream).pipe(child.stdin);
    let stderr = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    const lines = [];
    for await (const line of printed) lines.push(JSON.parse(line));
    expect(child.exitCode ?? (await once(child, 'exit'))[0]).toBe(0);
    expect(lines.filter(({ event }) => event === 'window')).toHaveLength(7);
    expect(lines.find(({ event }) => event === 'window')).toMatchObject({
      at: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
      endSeconds: expect.any(Number),
      label: expect.any(String),
      top: [{}, {}],
      dropped: 0,
    });
    expect(lines.at(-1)).toMatchObject({ event: 'end', reason: 'ended' });
    expect(stderr).toContain('7 windows');
  });

  it('reads what comes through stdin, and says it in words', async () => {
    const { child, lines } = start(['-', '--model', model, ...WINDOWS]);
    createReadStream(stream).pipe(child.stdin);
    const said: string[] = [];
    for await (const line of lines) said.push(line);
    expect(said[0]).toMatch(/^\d\d:\d\d:\d\d {2}start {2}(up|down) \d/);
    expect(said.at(-1)).toMatch(/end {4}(up|down) after \d\.\d s \(the source has ended\)$/);
    expect(child.exitCode ?? (await once(child, 'exit'))[0]).toBe(0);
  });

  it('runs a program for each event, without a shell', async () => {
    const log = join(root, 'events.txt');
    const program = join(root, 'on-event.sh');
    await writeFile(
      program,
      `#!/bin/sh\necho "$# $CLIPSTEP_EVENT $CLIPSTEP_LABEL $CLIPSTEP_PROBABILITY $CLIPSTEP_REASON" >> '${log}'\n`,
    );
    await chmod(program, 0o755);
    const args = ['watch', stream, '--realtime', '--model', model, ...WINDOWS, '--exec', program];
    const { code, stdout } = await clipstep(args);
    expect(code).toBe(0);
    const events = (await readFile(log, 'utf8')).trim().split('\n');
    expect(events).toHaveLength(stdout.trim().split('\n').length);
    expect(events[0]).toMatch(/^0 start (up|down) 0\.\d+ $/);
    expect(events.at(-1)).toMatch(/^0 end (up|down) 0\.\d+ ended$/);
  });

  it('ends well on SIGTERM: what is shown ends, and no ffmpeg is left', async () => {
    const server = await startRtspServer({ source: () => ['-re', '-i', long] });
    try {
      const { child, lines } = start([server.address, '--model', model, ...WINDOWS, '--json']);
      const said: Array<{ event: string; reason?: string }> = [];
      for await (const line of lines) {
        said.push(JSON.parse(line));
        if (said.length === 1) child.kill('SIGTERM');
      }
      // What begins ends, one after the other.
      expect(said.map(({ event }) => event)).toEqual(said.map((_, index) => ['start', 'end'][index % 2]));
      expect(said.at(-1)!.reason).toBe('stopped');
      expect(child.exitCode ?? (await once(child, 'exit'))[0]).toBe(0);
      if (canListProcesses) expect(processesNaming(`-i ${server.address}`)).toEqual([]);
    } finally {
      await server.close();
    }
  });

  it.each(['SIGTERM', 'SIGINT'] as const)(
    'ends a program for events that goes on after %s',
    async (signal) => {
      const program = join(root, 'endless.sh');
      await writeFile(program, '#!/bin/sh\nexec sleep 1000\n');
      await chmod(program, 0o755);
      const args = [long, '--realtime', '--model', model, ...WINDOWS, '--exec', program];
      const { child, lines } = start(args);
      let stderr = '';
      child.stderr.setEncoding('utf8').on('data', (text: string) => {
        stderr += text;
      });
      lines.once('line', () => child.kill(signal));
      expect((await once(child, 'close'))[0]).toBe(0);
      expect(stderr).toContain('endless.sh was stopped');
      expect(stderr).toMatch(/\d+ windows?, \d+ events?/);
    },
  );

  it.each([
    [
      'thresholds the wrong way round',
      ['--enter', '0.4', '--leave', '0.5'],
      '--leave 0.5 is above --enter 0.4',
    ],
    ['a program that is not there', ['--exec', './none.sh'], 'there is no program ./none.sh'],
    ['a file that is not live', [], 'is a file, which is not live'],
  ])('refuses %s', async (_, args, problem) => {
    const { code, stderr } = await clipstep(['watch', stream, '--model', model, ...args]);
    expect(code).toBe(2);
    expect(stderr).toContain(problem);
  });
});
