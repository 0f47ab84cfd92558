import { mkdir, mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FILE_NAMES, type MnistFiles } from '../../src/datasets/mnist/files.js';
import { encodeIdx } from '../../src/datasets/mnist/idx.js';
import { generateStrokes } from '../../src/datasets/mnist/strokes.js';
import { clipstep } from '../support/cli.js';

let root: string;
let data: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'clipstep-e2e-mnist-'));
  data = join(root, 'digits');
  await writeDigits(data);
});
afterAll(() => rm(root, { recursive: true }));

const TRAIN = 600;
const TEST = 100;

/** Generated digits as files in MNIST's form. */
async function writeDigits(folder: string): Promise<void> {
  await mkdir(folder);
  const train = generateStrokes({ count: TRAIN, part: 'train', seed: 4 });
  const test = generateStrokes({ count: TEST, part: 'test', seed: 4 });
  const contents: MnistFiles<Uint8Array> = {
    trainImages: encodeIdx({ shape: [TRAIN, 28, 28], data: train.images }),
    trainLabels: encodeIdx({ shape: [TRAIN], data: train.labels }),
    testImages: encodeIdx({ shape: [TEST, 28, 28], data: test.images }),
    testLabels: encodeIdx({ shape: [TEST], data: test.labels }),
  };
  for (const [part, name] of Object.entries(FILE_NAMES)) {
    await writeFile(join(folder, name), contents[part as keyof typeof contents]); // its own keys
  }
}

describe('clipstep mnist', () => {
  it('trains the baseline, tells every digit apart in its report, and classify reads pictures with it', async () => {
    const out = join(root, 'model');
    const result = await clipstep(['mnist', '--data', data, '--epochs', '2', '--units', '8', '--out', out]);
    expect(result.stderr).toMatch(/epoch 2\/2: loss/);
    expect(result.code).toBe(0);
    expect(result.stdout).toMatch(/Test accuracy .* on 100 images/);
    expect(result.stdout).toMatch(/true \\ predicted/);
    expect(result.stdout).toMatch(/not MNIST/);
    expect(result.stdout).not.toMatch(/notebook/);
    const metrics = JSON.parse(await readFile(join(out, 'metrics.json'), 'utf8'));
    expect(metrics.examples).toEqual({ train: 540, validation: 60, test: 100, outliers: 1080 });
    expect(metrics.test.classes).toHaveLength(10);
    expect(await readFile(join(out, 'README.md'), 'utf8')).toMatch(/not MNIST/);
    const classified = await clipstep(['classify', await pictureOfADigit(), '--model', out, '--json']);
    expect(JSON.parse(classified.stdout)).toMatchObject({ frames: 1, label: expect.stringMatching(/^\d$/) });
  });

  it('says to begin anew where a training of several networks was interrupted', async () => {
    const out = join(root, 'interrupted');
    let isSent = false;
    const { code, stderr } = await clipstep(['mnist', '--recipe', 'notebook', '--data', data, '--out', out], {
      onStderr: (text, kill) => {
        if (!isSent && text.includes('onnx, the embedded engine')) kill('SIGINT');
        isSent ||= text.includes('onnx, the embedded engine');
      },
    });
    expect(code).toBe(130);
    expect(stderr).toContain(`Remove ${out} and give the same command again`);
  });

  it('goes on to the same weights after an interruption', async () => {
    const [whole, cut] = [join(root, 'whole'), join(root, 'cut')];
    const train = (out: string, ...more: string[]) => [
      ...['mnist', '--data', data, '--epochs', '3', '--units', '8', '--out', out],
      ...more,
    ];
    expect((await clipstep(train(whole))).code).toBe(0);
    let isAsked = false;
    const interrupted = await clipstep(train(cut), {
      onStderr: (text, kill) => {
        if (isAsked || !/epoch 1\/3/.test(text)) return;
        isAsked = true;
        kill('SIGINT');
      },
    });
    expect(interrupted.code).toBe(130);
    expect((await clipstep(train(cut, '--resume'))).code).toBe(0);
    const [one, other] = [whole, cut].map((folder) => readFile(join(folder, 'weights.safetensors')));
    expect(await one).toEqual(await other);
  });

  it("puts a tutorial's settings beside what it wrote down", async () => {
    const out = join(root, 'notebook');
    const { stdout, code } = await clipstep([
      ...['mnist', '--data', data, '--recipe', 'notebook', '--steps', '60', '--out', out],
    ]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/sgd.*88\.28 %/);
    expect(stdout).toMatch(/adam.*96\.09 %/);
  });

  it('compares networks that read rows with one that sees the picture', async () => {
    const out = join(root, 'compare');
    const { stdout, code } = await clipstep([
      ...['mnist', '--data', data, '--compare', '--epochs', '1', '--out', out],
    ]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/rows, GRU[\s\S]*picture, small CNN[\s\S]*(than chance|cannot be told apart)/);
  });

  it('names a file that is cut short, and what to do', async () => {
    const broken = join(root, 'broken');
    await writeDigits(broken);
    await truncate(join(broken, FILE_NAMES.testImages), 1000);
    const { stderr, code } = await clipstep(['mnist', '--data', broken, '--out', join(root, 'none')]);
    expect(code).toBe(1);
    expect(stderr).toMatch(new RegExp(`${FILE_NAMES.testImages} is truncated`));
  });

  it('refuses flags that it would ignore', async () => {
    const { stderr, code } = await clipstep(['mnist', '--compare', '--units', '3']);
    expect(code).toBe(2);
    expect(stderr).toMatch(/--units cannot be used with --compare/);
    const lengthless = await clipstep(['mnist', '--steps', '3']);
    expect(lengthless.code).toBe(2);
    expect(lengthless.stderr).toMatch(/--steps sets the length of a --recipe/);
  });
});

async function pictureOfADigit(): Promise<string> {
  const { images } = generateStrokes({ count: 4, part: 'test', seed: 4 });
  const path = join(root, 'three.png');
  const raw = { width: 28, height: 28, channels: 1 } as const;
  await sharp(images.slice(3 * 784), { raw })
    .resize(200, 200)
    .negate()
    .png()
    .toFile(path);
  return path;
}
