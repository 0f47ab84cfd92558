import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { clipstep, projectFolder } from '../support/cli.js';

const folder = mkdtempSync(join(tmpdir(), 'clipstep-odd-'));
afterAll(() => rmSync(folder, { recursive: true }));

const MODEL = join(projectFolder, 'models/motion');
const SAMPLE = join(projectFolder, 'datasets/motion/samples/open/open-0001.mp4');

/** A model's folder whose model.json is something else. */
function modelWith(name: string, put: (path: string) => void): string {
  const model = join(folder, name);
  cpSync(MODEL, model, { recursive: true });
  rmSync(join(model, 'model.json'));
  put(join(model, 'model.json'));
  return model;
}

const pipe = (path: string) => execFileSync('mkfifo', [path]);

/** Pipes and devices under such names are of POSIX. */
describe.skipIf(process.platform === 'win32')('what is no file is refused without being opened', () => {
  test('a frame in a folder', async () => {
    const frames = join(folder, 'frames');
    mkdirSync(frames);
    const picture = { create: { width: 32, height: 32, channels: 3 as const, background: 'red' } };
    await sharp(picture).png().toFile(join(frames, '1.png'));
    pipe(join(frames, '2.png'));
    const { stdout, code } = await clipstep(['classify', frames, '--json']);
    expect(JSON.parse(stdout).error).toMatchObject({
      code: 'unreadable',
      message: expect.stringMatching(/2\.png.*a pipe, a socket or a device/),
    });
    expect(code).toBe(1);
  });

  test.each([
    ['a pipe', pipe, /a pipe, a socket or a device/],
    ['a device', (path: string) => symlinkSync('/dev/zero', path), /a pipe, a socket or a device/],
    [
      'a file far too large',
      (path: string) => {
        writeFileSync(path, '{');
        truncateSync(path, 300e6);
      },
      /300 MB/,
    ],
  ] as const)('%s for model.json', async (name, put, words) => {
    const { stderr, code } = await clipstep(['classify', SAMPLE, '--model', modelWith(name, put)]);
    expect(stderr).toMatch(words);
    expect(code).toBe(1);
  });

  test('a pipe for a pipeline', async () => {
    pipe(join(folder, 'pipeline.yaml'));
    const out = join(folder, 'trained');
    const { stderr } = await clipstep([
      'train',
      join(folder, 'pipeline.yaml'),
      '--data',
      folder,
      '--out',
      out,
    ]);
    expect(stderr).toMatch(/pipeline\.yaml.*a pipe, a socket or a device/);
  });

  test('a pipe for a manifest', async () => {
    pipe(join(folder, 'clips.csv'));
    const { stderr, code } = await clipstep([
      'batch',
      join(folder, 'clips.csv'),
      '--out',
      join(folder, 'rows.jsonl'),
    ]);
    expect(stderr).toMatch(/clips\.csv is neither a folder nor a manifest/);
    expect(code).toBe(2);
  });
});

describe.skipIf(process.platform === 'win32')('after SIGTERM', () => {
  const stubborn = join(folder, 'ffmpeg');
  beforeAll(() => {
    // It answers for its version, and then neither works nor ends.
    const script = `#!/bin/sh\ntrap '' TERM\n[ "$1" = -version ] && echo "ffmpeg version 9 \nlibavutil 57. 28.100" && exit\nwhile :; do sleep 0.1; done\n`;
    writeFileSync(stubborn, script);
    chmodSync(stubborn, 0o755);
  });

  const SAMPLES = join(projectFolder, 'datasets/motion/samples');
  const start = (args: readonly string[], env: NodeJS.ProcessEnv = {}) =>
    spawn(process.execPath, ['dist/cli.js', ...args], {
      cwd: projectFolder,
      env: { ...process.env, ...env },
      stdio: ['pipe', 'ignore', 'ignore'],
    });

  test.each([
    ['classify', [SAMPLE]],
    ['batch', [SAMPLES, '--model', MODEL, '--out', join(folder, 'ended.jsonl')]],
    ['train', ['motion', '--data', SAMPLES, '--out', join(folder, 'ended')]],
    ['evaluate', [MODEL, '--data', SAMPLES, '--split', 'all']],
    ['check', [SAMPLES]],
  ])('nothing is left of %s, which waits for ffmpeg', async (command, args) => {
    const child = start([command, ...args], { CLIPSTEP_FFMPEG: stubborn });
    const exit = once(child, 'exit');
    const waits = () => execFileSync('ps', ['-eo', 'args']).toString().includes(`${stubborn} -nostdin`);
    while (!waits()) await new Promise((resolve) => setTimeout(resolve, 50));
    child.kill('SIGTERM');
    await exit;
    expect(waits()).toBe(false);
  });

  test('nothing waits for stdin, from which nothing comes', async () => {
    const temporary = mkdtempSync(join(folder, 'spool-'));
    const child = start(['classify', '-'], { TMPDIR: temporary });
    const exit = once(child, 'exit');
    while (readdirSync(temporary).length === 0) await new Promise((resolve) => setTimeout(resolve, 20));
    child.kill('SIGTERM');
    await exit;
    expect(readdirSync(temporary)).toEqual([]);
  });

  test('nothing waits for a server that goes silent', async () => {
    const server = createServer((_, response) => {
      response.writeHead(200, { 'content-type': 'video/mp4', 'content-length': 1000 }).write('begins');
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const asked = once(server, 'request');
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('No port');
    const child = start(['classify', `http://127.0.0.1:${address.port}/clip.mp4`, '--allow-private']);
    const exit = once(child, 'exit');
    await asked;
    child.kill('SIGTERM');
    await exit;
    server.closeAllConnections();
    server.close();
  });
});
