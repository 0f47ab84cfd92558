import { existsSync } from 'node:fs';
import { cp, mkdtemp, readdir, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findBinary } from '../../src/media/ffmpeg/binaries.js';
import { clipstep, projectFolder } from '../support/cli.js';
import { canListProcesses, processesNaming } from '../support/processes.js';
import { saveTinyRowsBundle } from '../support/tiny-bundle.js';

const samples = 'datasets/motion/samples';

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'clipstep-classify-'));
  await writeFile(join(root, 'broken.mp4'), 'not a video');
});
afterAll(() => rm(root, { recursive: true }));

/** A script in the place of ffmpeg, and the file that it makes when it is run. */
async function ffmpegThat(does: string): Promise<{ path: string; asked: string }> {
  const folder = await mkdtemp(join(root, 'ffmpeg-'));
  const path = join(folder, 'ffmpeg');
  const asked = join(folder, 'asked');
  await writeFile(path, `#!/bin/sh\ntouch "${asked}"\n${does}\n`, { mode: 0o755 });
  return { path, asked };
}

/** A white stroke on black. */
async function writeDigit(path: string): Promise<void> {
  const stroke = { create: { width: 4, height: 20, channels: 3, background: 'white' } } as const;
  const picture = sharp({ create: { width: 28, height: 28, channels: 3, background: 'black' } });
  await picture.composite([{ input: await sharp(stroke).png().toBuffer() }]).toFile(path);
}

const linesOf = (stdout: string) => stdout.trim().split('\n');

describe('clipstep classify', () => {
  it('classifies every shipped sample with the shipped model, as a table', async () => {
    const { code, stdout, stderr } = await clipstep(['classify', samples]);
    expect(stderr).toMatch(
      /^No --model given, so motion answers\. Says how a generated shape moves or changes\. It knows approach, .*, recede, and nothing else\. `clipstep models` lists others\.\n$/,
    );
    expect(code).toBe(0);
    const rows = linesOf(stdout)
      .map((line) => line.split('│').map((cell) => cell.trim()))
      .filter(([, input]) => input?.startsWith(samples));
    const right = rows.filter(([, input, label]) => input!.split('/').at(-2) === label);
    const labels = await readdir(join(projectFolder, samples));
    expect(rows.length).toBe(2 * labels.length);
    // By chance one in eight would be right.
    expect(right.length / rows.length).toBeGreaterThanOrEqual(0.9);
  });

  it('leaves no file in the folders of a person and of temporary files, as what measures use would', async () => {
    const own = await mkdtemp(join(root, 'home-'));
    const cache = await mkdtemp(join(root, 'cache-'));
    const ours = { CLIPSTEP_CACHE: cache, ORT_DISABLE_TELEMETRY: undefined };
    const folders = { HOME: own, XDG_CACHE_HOME: own, TMPDIR: own, ...ours };
    const { code } = await clipstep(['classify', samples], { env: folders });
    expect(code).toBe(0);
    expect(await readdir(own, { recursive: true })).toEqual([]);
  });

  it('prints one line of JSON for each input, and goes on after one that fails', async () => {
    const broken = join(root, 'broken.mp4');
    const inputs = [broken, `${samples}/approach`, join(root, 'missing.mp4'), join(root, '*.mkv')];
    const { code, stdout } = await clipstep(['classify', ...inputs, '--json', '--top', '2']);
    expect(code).toBe(1);
    const results = linesOf(stdout).map((line) => JSON.parse(line));
    expect(results[0]).toEqual({
      input: broken,
      error: { code: 'not_media', message: expect.stringContaining(broken), fix: expect.any(String) },
    });
    const found = results.filter((result) => !result.error);
    expect(found.length).toBeGreaterThan(0);
    for (const result of found) {
      expect(Object.keys(result)).toEqual([
        'input',
        'label',
        'probability',
        'distance',
        'top',
        'frames',
        // Folders of frames are not decoded.
        ...(/\.(?:mp4|webm)$/.test(result.input) ? ['plan'] : []),
        'durationSeconds',
        'model',
        'engine',
      ]);
      expect(result.top).toHaveLength(2);
      expect(result.top[0]).toEqual({ label: result.label, probability: result.probability });
      expect(result.frames).toBeGreaterThan(1);
      expect(result.durationSeconds).toBeGreaterThan(0.5);
    }
    expect(results.slice(-2).map((result) => result.error.code)).toEqual(['not_found', 'not_found']);
  });

  it('fails as a whole, once, when it is not the inputs that are at fault', async () => {
    const env = { CLIPSTEP_FFMPEG: '/no/such/ffmpeg' };
    const { code, stdout, stderr } = await clipstep(['classify', `${samples}/approach`, '--json'], { env });
    expect(code).toBe(1);
    expect(stdout).toBe('');
    expect(stderr.match(/No ffmpeg that runs was found/g)).toHaveLength(1);
  });

  it('tells in the table what is wrong with an input, without its control characters', async () => {
    const name = join(root, 'bell\u0007.mp4');
    await writeFile(name, '');
    const { code, stdout } = await clipstep(['classify', name]);
    expect(code).toBe(1);
    expect(stdout).toMatch(/empty/);
    expect(stdout).not.toContain('\u0007');
  });

  it.each([
    ['an unknown flag', ['classify', 'a.mp4', '--colour'], /unknown option/],
    ['no input', ['classify'], /^Usage: clipstep classify/],
    ['a top of zero', ['classify', 'a.mp4', '--top', '0'], /at least 1/],
    [
      'an unknown engine',
      ['classify', 'a.mp4', '--engine', 'gpu'],
      /Allowed choices are auto, onnx, tensorflow/,
    ],
    ['an unknown command', ['clasify', 'a.mp4'], /Did you mean classify/],
  ])('exits with 2 for %s', async (_, args, words) => {
    const { code, stderr } = await clipstep(args);
    expect(stderr).toMatch(words);
    expect(code).toBe(2);
  });

  it('says what is wrong with the weights before any result', async () => {
    const model = join(root, 'damaged');
    await cp(join(projectFolder, 'models/motion'), model, { recursive: true });
    await truncate(join(model, 'weights.safetensors'), 1000);
    const missing = join(root, 'missing.mp4');
    const { code, stdout, stderr } = await clipstep([
      'classify',
      missing,
      samples,
      '--json',
      '--model',
      model,
    ]);
    expect(stderr).toMatch(/weights\.safetensors is cut short/);
    expect(stdout).toBe('');
    expect(code).toBe(1);
  });

  it.skipIf(process.platform === 'win32')('does not look for ffmpeg to classify digits', async () => {
    const model = join(root, 'rows');
    await saveTinyRowsBundle(model);
    const digit = join(root, 'digit.png');
    await writeDigit(digit);
    const { path, asked } = await ffmpegThat('exit 1');
    const env = { CLIPSTEP_FFMPEG: path };
    const { code, stderr } = await clipstep(['classify', digit, '--model', model], { env });
    expect(stderr).toBe('');
    expect(code).toBe(0);
    expect(existsSync(asked)).toBe(false);
    // It would have been noticed.
    await clipstep(['classify', samples], { env });
    expect(existsSync(asked)).toBe(true);
  });

  it.skipIf(!canListProcesses)('ends on SIGINT, and leaves no program behind', async () => {
    const ffmpeg = (await findBinary('ffmpeg')).path;
    const decode = `case "$*" in *-version*) exec "${ffmpeg}" "$@";; esac\nkill -INT $PPID\nsleep 60`;
    const { path } = await ffmpegThat(decode);
    const { code, stderr } = await clipstep(['classify', samples], { env: { CLIPSTEP_FFMPEG: path } });
    expect(stderr).toMatch(/was stopped/);
    expect(code).toBe(130);
    expect(processesNaming(path)).toEqual([]);
  });

  it.skipIf(!canListProcesses)('ends at once on a second SIGINT, and leaves no program behind', async () => {
    const ffmpeg = (await findBinary('ffmpeg')).path;
    const deaf = `trap '' TERM\nkill -INT $PPID\nsleep 0.2\nkill -INT $PPID\nsleep 60`;
    const { path } = await ffmpegThat(`case "$*" in *-version*) exec "${ffmpeg}" "$@";; esac\n${deaf}`);
    const { code, stderr } = await clipstep(['classify', samples, '--model', 'motion'], {
      env: { CLIPSTEP_FFMPEG: path },
    });
    // Ended by the signal itself, so that there is no exit code.
    expect(code).toBe(null);
    expect(stderr).toBe('');
    // One that was sent SIGKILL (seen pending in /proc/PID/status) dies when its turn on a processor comes.
    await expect.poll(() => processesNaming(path), { timeout: 2000 }).toEqual([]);
  });

  it('exits with 1 when the model is not one', async () => {
    const { code, stderr } = await clipstep(['classify', samples, '--model', root]);
    expect(stderr).toMatch(/is not a model folder/);
    expect(code).toBe(1);
  });
});

describe('clipstep', () => {
  it('lists its commands and tells its version', async () => {
    const help = await clipstep(['--help']);
    for (const name of ['classify', 'train', 'dataset', 'doctor', 'install'])
      expect(help.stdout).toContain(name);
    expect((await clipstep(['--version'])).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });

  it('doctor finds that clips can be classified here', async () => {
    const { code, stdout } = await clipstep(['doctor', '--json']);
    const { checks, canClassify } = JSON.parse(stdout);
    expect(canClassify).toBe(true);
    expect(code).toBe(0);
    expect(checks.map((check: { name: string }) => check.name)).toEqual([
      'Node.js',
      'ffmpeg',
      'ffprobe',
      'pictures',
      'onnx engine',
      'tensorflow engine',
      'shipped model',
      'pretrained weights',
      'free disk',
    ]);
  });

  it('doctor names what is missing and how to fix it', async () => {
    const { code, stdout } = await clipstep(['doctor'], { env: { CLIPSTEP_FFMPEG: '/no/such/ffmpeg' } });
    expect(code).toBe(1);
    expect(stdout).toMatch(/missing +ffmpeg[\s\S]*\/no\/such\/ffmpeg[\s\S]*CLIPSTEP_FFMPEG/);
  });
});
