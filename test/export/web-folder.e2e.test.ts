import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, extname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import ffmpegPackage from '@ffmpeg-installer/ffmpeg';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { glob } from 'tinyglobby';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadBundle } from '../../src/bundle/bundle.js';
import { exportModel } from '../../src/export/export-model.js';
import type { FramesInput } from '../../src/inputs/video/frames-schema.js';
import { shippedSample } from '../../src/platform/package-files.js';
import { classify } from '../../src/predict/classify.js';
import { chromiumPath, dropOnto, launchWithCamera, lookAt } from '../support/browser.js';
import { projectFolder } from '../support/cli.js';
import { sharedFolder } from '../support/shared.js';
import { saveTinyBundle, tinyPipeline } from '../support/tiny-bundle.js';

const WAIT = { timeout: 120_000 };

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'clipstep-web-'));
});
afterAll(() => rm(root, { recursive: true }));

interface Said {
  /** The label, or why there is none. */
  readonly answer: string;
  /** Of the most probable label, in percent. */
  readonly sure: number;
}

const SAMPLES = [
  'approach/approach-0001.mp4',
  'brighten/brighten-0002.webm',
  'clockwise/clockwise-0002.webm',
  'open/open-0001.mp4',
].map(shippedSample);

/** Of 640 x 360 pixels, which are made smaller for the network. */
const REAL_CLIPS = ['fight/fi079.mp4', 'fight/fi127.mp4', 'noFight/nofi001.mp4'].flatMap((name) =>
  sharedFolder === null ? [] : [join(sharedFolder, 'datasets/surveillance-fight', name)],
);

const REASONS = new Map([
  ['unlike anything it learned from', 'unlike'],
  ['too unsure to say', 'unsure'],
]);

/** What the command says, by the names of the clips. */
async function saidByCommand(model: string, clips: readonly string[]): Promise<Map<string, Said>> {
  const said = new Map<string, Said>();
  for await (const outcome of classify(model, clips)) {
    if (outcome.kind === 'failed') throw new Error(`${outcome.input} is ${outcome.kind}`);
    const answer = outcome.kind === 'class' ? outcome.label : outcome.reason;
    said.set(basename(outcome.input), { answer, sure: 100 * outcome.probability });
  }
  return said;
}

describe.skipIf(chromiumPath === null)('a model as a page, in a browser', () => {
  let folder: string;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  const complaints: string[] = [];
  const requests: string[] = [];

  beforeAll(async () => {
    folder = join(root, 'motion-web');
    await exportModel(await loadBundle('motion'), { out: folder, format: 'web' });
    browser = await launchWithCamera(chromiumPath!, {
      clip: shippedSample('open/open-0001.mp4'),
      folder: root,
    });
    context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
    page = await open(pathToFileURL(join(folder, 'index.html')).href);
  });
  afterAll(() => browser.close());

  async function open(address: string): Promise<Page> {
    const opened = await context.newPage();
    opened.on('console', (message) => complaints.push(message.text()));
    opened.on('pageerror', (error) => complaints.push(String(error)));
    opened.on('request', (request) => requests.push(request.url()));
    await opened.goto(address);
    await opened.getByText('Ready', { exact: true }).waitFor(WAIT);
    return opened;
  }

  /** What the page says of a clip that it was given. */
  async function answerOf(on: Page, name: string): Promise<Said> {
    const card = on.getByRole('listitem').filter({ has: on.getByRole('heading', { name, exact: true }) });
    await card.getByText(/frames a second/).waitFor(WAIT);
    const [label, why] = (await card.locator('.number').innerText()).split(/ (.*)/);
    const answer = label === 'unknown' ? REASONS.get(why!)! : label!;
    const [, sure] = /(\d+) %/.exec(await card.locator('.bars .value').first().innerText())!;
    return { answer, sure: Number(sure) };
  }

  /** That a page says the same of clips as the command. */
  async function expectSame(on: Page, clips: readonly string[], expected: ReadonlyMap<string, Said>) {
    for (const name of clips.map((clip) => basename(clip))) {
      const { answer, sure } = expected.get(name)!;
      const ours = await answerOf(on, name);
      expect([name, ours.answer]).toEqual([name, answer]);
      expect(Math.abs(ours.sure - sure), name).toBeLessThan(MOST_APART);
    }
  }

  /** A model that calls every clip unlike what it was trained on, and says how far it is. */
  async function strictCopy(name: string): Promise<string> {
    const model = join(root, `strict-${name}`);
    await cp(join(projectFolder, 'models', name), model, { recursive: true });
    const manifest = JSON.parse(await readFile(join(model, 'model.json'), 'utf8'));
    manifest.maxDistance = 0;
    if (manifest.pipeline.input.gap) manifest.pipeline.input.gap = { kind: 'seconds', seconds: 0.12 };
    await writeFile(join(model, 'model.json'), JSON.stringify(manifest));
    return model;
  }

  const choose = (on: Page, files: readonly string[]) =>
    on.getByLabel('Choose clips').setInputFiles([...files]);

  it('opened from a disk, says of each sample clip what the command says', async () => {
    const samples = await glob('datasets/motion/samples/*/*', { cwd: projectFolder, onlyFiles: false });
    const clips = samples.map((name) => join(projectFolder, name.replace(/\/$/, '')));
    const expected = await saidByCommand('motion', clips);
    expect(expected.size).toBe(16);
    await lookAt(page, 'web-empty');
    const videos = clips.filter((clip) => extname(clip) !== '');
    await choose(page, videos);
    await expectSame(page, videos, expected);
    await lookAt(page, 'web-answers');
    const folders = clips.filter((clip) => extname(clip) === '');
    await dropOnto(page.getByRole('region', { name: 'Clips', exact: true }), folders);
    await expectSame(page, folders, expected);
  });

  it.each(['motion', 'surveillance'])(
    'says of clips how far they are from what %s learned from, as the command does',
    async (name) => {
      const model = await strictCopy(name);
      await exportModel(await loadBundle(model), { out: `${model}-web`, format: 'web' });
      const strict = await open(pathToFileURL(join(`${model}-web`, 'index.html')).href);
      const clips = [...SAMPLES, ...REAL_CLIPS];
      await choose(strict, clips);
      for await (const outcome of classify(model, clips)) {
        if (outcome.kind !== 'unknown') throw new Error(`${outcome.input} is ${outcome.kind}`);
        const card = strict.getByRole('listitem').filter({ hasText: basename(outcome.input) });
        const text = await card.getByText(/^Its distance/).innerText(WAIT);
        const [, distance] = / is (\d+\.\d\d), above 0\.00\.$/.exec(text)!;
        expect(Math.abs(Number(distance) - outcome.score), basename(outcome.input)).toBeLessThan(
          MOST_FARTHER,
        );
      }
      await strict.close();
    },
  );

  it('takes pictures that are chosen together for one clip', async () => {
    await page.getByRole('button', { name: 'Clear' }).click();
    const clip = shippedSample('open/open-0002');
    await choose(
      page,
      (await readdir(clip)).map((name) => join(clip, name)),
    );
    expect(await answerOf(page, 'frames')).toMatchObject({ answer: 'open' });
  });

  it('reads animations, and recordings that do not say how long they are', async () => {
    const source = ['-nostdin', '-v', 'error', '-i', shippedSample('open/open-0001.mp4')];
    const ffmpeg = promisify(execFile);
    await ffmpeg(ffmpegPackage.path, [...source, '-vf', 'fps=10', join(root, 'moving.gif')]);
    const encoder = ['-c:v', 'libvpx', '-deadline', 'realtime', '-f', 'webm', 'pipe:1'];
    const { stdout } = await ffmpeg(ffmpegPackage.path, [...source, ...encoder], {
      encoding: 'buffer',
      maxBuffer: 1e8,
    });
    await writeFile(join(root, 'recorded.webm'), stdout);
    const clips = ['moving.gif', 'recorded.webm'].map((name) => join(root, name));
    await choose(page, clips.slice(0, 1));
    await choose(page, clips.slice(1));
    await expectSame(page, clips, await saidByCommand('motion', clips));
  });

  it('computes in a worker', () => {
    expect(page.workers()).toHaveLength(1);
  });

  it('says live what the camera sees, and how fast', async () => {
    await page.getByRole('button', { name: 'Start the camera' }).click();
    const camera = page.getByRole('region', { name: 'The camera' });
    await camera.getByText(/\d+ frames in \d+ ms: \d+ frames a second\./).waitFor(WAIT);
    await camera.getByText(/It takes \d+ frames a second from the camera\./).waitFor(WAIT);
    await lookAt(page, 'web-camera');
    await page.getByRole('button', { name: 'Stop' }).click();
    await page.getByRole('button', { name: 'Start the camera' }).waitFor();
  });

  it('says which file it cannot read', async () => {
    await choose(page, [join(projectFolder, 'package.json')]);
    await page.getByText('This browser does not play it.').waitFor(WAIT);
  });

  it('from a server, opens again without it', async () => {
    const server = await serve(folder);
    const { port } = server.address() as AddressInfo;
    const online = await open(`http://127.0.0.1:${port}/`);
    const isKept = () => online.evaluate<boolean>('navigator.serviceWorker.controller !== null');
    await expect.poll(isKept, WAIT).toBe(true);
    await new Promise((resolve) => {
      server.close(resolve);
      server.closeAllConnections();
    });
    await online.reload();
    await online.getByText('Ready', { exact: true }).waitFor(WAIT);
    await choose(online, [shippedSample('open/open-0001.mp4')]);
    expect(await answerOf(online, 'open-0001.mp4')).toMatchObject({ answer: 'open' });
    const asked = requests.filter((address) => /^https?:/.test(address));
    expect(asked.filter((address) => new URL(address).host !== `127.0.0.1:${port}`)).toEqual([]);
    await online.close();
  });

  it('complains of nothing', () => {
    expect(complaints).toEqual([]);
  });

  it('reads as many frames as the command does, at a fixed rate, too', async () => {
    const sampling = { kind: 'fps', framesPerSecond: 3, maxFrames: 6 } as const;
    const pipeline = { ...tinyPipeline, input: { ...(tinyPipeline.input as FramesInput), sampling } };
    const model = join(root, 'ticks');
    await saveTinyBundle(model, { pipeline });
    await exportModel(await loadBundle(model), { out: `${model}-web`, format: 'web' });
    const ticks = await open(pathToFileURL(join(`${model}-web`, 'index.html')).href);
    const clips = ['approach/approach-0001.mp4', 'open/open-0001.mp4'].map(shippedSample);
    await choose(ticks, clips);
    await ticks.getByText(/does not say of a clip that it is unlike/).waitFor();
    expect(await page.getByText(/does not say of a clip that it is unlike/).count()).toBe(0);
    for await (const outcome of classify(model, clips)) {
      expect(outcome.kind).toBe('class');
      if (outcome.kind !== 'class') continue;
      const card = ticks.getByRole('listitem').filter({ hasText: basename(outcome.input) });
      await card.getByText(new RegExp(`^${outcome.frames} frames in`)).waitFor(WAIT);
    }
  });

  it('finds movement as the command does', async () => {
    const model = join(root, 'moving');
    await cp(join(projectFolder, 'models/surveillance'), model, { recursive: true });
    const manifest = JSON.parse(await readFile(join(model, 'model.json'), 'utf8'));
    manifest.pipeline.input.gap = { kind: 'seconds', seconds: 0.1 };
    await writeFile(join(model, 'model.json'), JSON.stringify(manifest));
    await exportModel(await loadBundle(model), { out: `${model}-web`, format: 'web' });
    const clips = ['approach/approach-0001.mp4', 'clockwise/clockwise-0002.webm'].map(shippedSample);
    const expected = await saidByCommand(model, clips);
    const moving = await open(pathToFileURL(join(`${model}-web`, 'index.html')).href);
    await choose(moving, clips);
    await expectSame(moving, clips, expected);
  });
});

/** In percent, of which the page shows whole ones: browsers convert colours in other steps than ffmpeg. */
const MOST_APART = 1;

/** Where the limit of models lies near 1. */
const MOST_FARTHER = 0.05;

/** A server of files, as there are many. */
async function serve(folder: string): Promise<Server> {
  const types: Record<string, string> = {
    '.html': 'text/html',
    '.css': 'text/css',
    '.js': 'text/javascript',
  };
  const server = createServer(async (request, response) => {
    const name = request.url === '/' ? 'index.html' : request.url!.slice(1);
    response.setHeader('Content-Type', types[extname(name)] ?? 'text/plain');
    response.end(await readFile(join(folder, name)));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}

describe('the folder of a page', () => {
  it('has all that it needs, the card and the licences among them', async () => {
    const folder = join(root, 'files');
    await mkdir(folder);
    const { bytes } = await exportModel(await loadBundle('motion'), { out: folder, format: 'web' });
    const names = (await readdir(folder)).sort();
    expect(names).toEqual([
      'README.md',
      'index.html',
      'licences.txt',
      'model.js',
      'page.css',
      'page.js',
      'runtime.js',
      'service-worker.js',
    ]);
    const files = await Promise.all(names.map((name) => readFile(join(folder, name))));
    expect(files.reduce((total, { length }) => total + length, 0)).toBe(bytes);
    expect(files[0]).toEqual(await readFile(join(projectFolder, 'models/motion/README.md')));
    expect(files[2]!.toString()).toMatch(/onnxruntime-web .*\(MIT\)[\s\S]*Permission is hereby granted/);
  });
});

describe('what no page can read is refused by what of it', () => {
  it.each<[string, Partial<FramesInput>, RegExp]>([
    ['keyframes', { sampling: { kind: 'keyframes', maxFrames: 4 } }, /stored whole/],
    [
      'gaps in frames',
      { streams: [{ kind: 'flow', gain: 12 }], gap: { kind: 'frames', frames: 2 } },
      /no browser counts frames/,
    ],
  ])('%s', async (name, input, problem) => {
    const folder = join(root, name.replaceAll(' ', '-'));
    const pipeline = { ...tinyPipeline, input: { ...(tinyPipeline.input as FramesInput), ...input } };
    await saveTinyBundle(folder, { pipeline });
    const exporting = exportModel(await loadBundle(folder), { out: `${folder}-web`, format: 'web' });
    await expect(exporting).rejects.toMatchObject({ code: 'usage', problem: expect.stringMatching(problem) });
    expect(await readdir(root)).not.toContain(`${basename(folder)}-web`);
  });
});
