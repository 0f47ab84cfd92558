import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, cp, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import ffmpegPackage from '@ffmpeg-installer/ffmpeg';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { shippedSample } from '../../src/platform/package-files.js';
import { allowedHosts } from '../../src/serve/allowed-hosts.js';
import { listen } from '../../src/serve/listen.js';
import { chromiumPath, dropOnto, launchWithCamera, lookAt, PICTURES } from '../support/browser.js';
import { projectFolder } from '../support/cli.js';

/** Few steps, small pictures, and the encoder of a model that ships: it trains in seconds and without a network. */
const PIPELINE = `
name: garden
input:
  kind: frames
  sampling: { kind: uniform, frames: 4 }
  preprocessing: { size: 96, fit: squash, kernel: linear }
  encoder: { architecture: mobilenet-v1, alpha: 0.25, weights: motion }
recurrent: { cell: lstm, units: 8, readout: mean }
training: { train: recurrent, epochs: 400, batchSize: 4, learningRate: 0.005 }
split: { validation: 0.25, test: 0.3 }
`;

const WAIT = { timeout: 120_000 };

/** Whether an element has the focus. */
const isFocused = (element: unknown): boolean =>
  (element as { matches(selector: string): boolean }).matches(':focus');

/** A video element, as far as it is asked about: tests have no types of browsers. */
interface Player {
  readonly readyState: number;
  readonly seekable: { end(index: number): number };
}

interface Opened {
  readonly child: ChildProcess;
  readonly address: string;
}

async function openStudio(folder: string, port = '0'): Promise<Opened> {
  const args = [join(projectFolder, 'dist/cli.js'), 'studio', folder, '--port', port];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  let text = '';
  child.stdout.setEncoding('utf8').on('data', (more: string) => {
    text += more;
  });
  await vi.waitUntil(() => text.includes('Ctrl-C'), WAIT);
  return { child, address: /http:\S+/.exec(text)![0] };
}

async function copySamples(names: readonly string[], folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const name of names) await copyFile(shippedSample(name), join(folder, basename(name)));
}

async function stop({ child }: Opened): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
  child.kill('SIGTERM');
  const [code] = await once(child, 'exit');
  return code;
}

describe.skipIf(chromiumPath === null)('the studio in a browser', () => {
  let root: string;
  let folder: string;
  let studio: Opened;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  const problems: string[] = [];

  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), 'clipstep-studio-page-'));
    folder = join(root, 'garden');
    await mkdir(join(folder, 'clips'), { recursive: true });
    await writeFile(join(folder, 'pipeline.yaml'), PIPELINE);
    const clip = shippedSample('open/open-0001.mp4');
    browser = await launchWithCamera(chromiumPath!, { clip, folder: root });
    studio = await openStudio(folder);
    context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
    page = await context.newPage();
    page.on('console', (message) => {
      // A clip may be moved while its picture is drawn.
      if (message.type() === 'error' && !message.location().url.includes('/strip'))
        problems.push(message.text());
    });
    page.on('pageerror', (error) => problems.push(String(error)));
    page.on('dialog', (dialog) => dialog.accept());
    await page.goto(studio.address);
  });
  afterAll(async () => {
    await browser.close();
    await stop(studio);
    await rm(root, { recursive: true });
  });

  afterEach(async ({ task }) => {
    if (PICTURES && task.result?.state === 'fail')
      await page.screenshot({ path: join(PICTURES, 'failed.png') });
  });

  /** As a studio that comes up slowly, until the page has asked for its events. */
  async function answerStarting(port: number): Promise<void> {
    const host = '127.0.0.1';
    const asked = page.waitForResponse(
      (response) => response.url().endsWith('/api/events') && response.status() === 503,
      WAIT,
    );
    const starting = listen(
      { host, port },
      {
        access: () => ({ hosts: allowedHosts({ host, port }), proof: { kind: 'open' } }),
        open: async () => {
          await asked;
          throw new Error('It does not come up.');
        },
      },
    );
    await expect(starting).rejects.toThrow('It does not come up.');
  }

  const screen = (name: string) => page.getByRole('link', { name, exact: true }).first().click();

  const look = (name: string) => lookAt(page, name);

  /** What counts may change until all clips were looked at. */
  const looked = () => expect.poll(() => page.getByText('Checking new clips').count(), WAIT).toBe(0);

  const clipCount = (label: string) => readdir(join(folder, 'clips', label)).then((names) => names.length);

  it('records clips of two classes', async () => {
    await look('empty');
    for (const label of ['open', 'still']) {
      await page.getByLabel('New class').fill(label);
      await page.getByRole('button', { name: 'Add class' }).click();
      await page.getByRole('heading', { name: label, exact: true }).waitFor();
    }
    for (let session = 0; session < 3; session++) {
      for (const label of ['open', 'still']) await record(label, session === 0 && label === 'open');
    }
    await expect.poll(() => clipCount('still'), WAIT).toBe(6);
    await looked();
    await page.getByText('There are enough clips to train on.').waitFor(WAIT);
    await look('collect');
  });

  async function record(label: string, isLookedAt: boolean): Promise<void> {
    const before = await clipCount(label);
    await page.getByRole('button', { name: `Record ${label}` }).click();
    await page.getByLabel('Length').selectOption('1');
    await page.getByLabel('Clips in a row').selectOption('2');
    const begin = page.getByRole('button', { name: 'Record 2 clips' });
    await expect.poll(() => begin.isEnabled(), WAIT).toBe(true);
    if (isLookedAt) await look('record');
    await begin.click();
    await page.getByRole('button', { name: 'Stop' }).waitFor();
    await begin.waitFor(WAIT);
    await page.keyboard.press('Escape');
    await expect.poll(() => clipCount(label), WAIT).toBe(before + 2);
  }

  it('watches, trims, moves and deletes clips, by keyboard alone, and takes it back', async () => {
    await page
      .getByRole('button', { name: /^Open .*webm$/ })
      .first()
      .focus();
    await page.keyboard.press('Enter');
    const dialog = page.getByRole('dialog');
    const video = dialog.locator('video');
    const loaded = () => video.evaluate((element: unknown) => (element as Player).readyState);
    await expect.poll(loaded, WAIT).toBeGreaterThan(0);
    const end = () => video.evaluate((element: unknown) => (element as Player).seekable.end(0));
    expect(await end()).toBeGreaterThan(0.5);
    await look('clip');
    const start = dialog.getByLabel('Start');
    await start.focus();
    for (let times = 0; times < 6; times++) await page.keyboard.press('ArrowRight');
    await dialog.getByRole('button', { name: /^Trim to/ }).press('Enter');
    await dialog.waitFor({ state: 'hidden', ...WAIT });
    const undo = page.getByRole('button', { name: /^Undo: Trim 1 clip$/ });
    await undo.press('Enter');
    await expect.poll(() => undo.count(), WAIT).toBe(0);
    await page.getByRole('checkbox').first().press('Space');
    await page.getByText(/^Bin/).click();
    await look('chosen');
    await page.getByLabel('Move to').selectOption('still');
    await expect.poll(() => clipCount('still'), WAIT).toBe(7);
    await page.getByRole('button', { name: /^Undo: Move 1 clip$/ }).press('Enter');
    await expect.poll(() => clipCount('still'), WAIT).toBe(6);
  });

  it('takes in what is dropped, and keeps together what is from one session', async () => {
    const sessions = join(root, 'sessions');
    for (const [session, names] of [
      ['monday', ['open/open-0001.mp4', 'close/close-0002.webm']],
      ['tuesday', ['approach/approach-0001.mp4', 'recede/recede-0001.mp4']],
    ] as const) {
      await copySamples(names, join(sessions, session));
    }
    // No copies of those: they would count as recordings only until they are looked at.
    const wednesday = join(root, 'wednesday');
    await copySamples(['darken/darken-0001.webm', 'darken/darken-0002.mp4'], wednesday);
    await cp(shippedSample('open/open-0002'), join(root, 'frames'), { recursive: true });
    const dialog = page.getByRole('dialog');
    const newClass = page.getByRole('button', { name: 'Add class' });
    await dropOnto(newClass, [shippedSample('open/open-0001.mp4')]);
    await page.getByText('open-0001.mp4 is in no folder').waitFor(WAIT);
    await dropOnto(newClass, [sessions]);
    await dialog.getByText('How were these 4 clips recorded?').waitFor(WAIT);
    await look('dropped');
    await dialog.getByRole('button', { name: 'Each folder in one session' }).click();
    const column = page.getByRole('region', { name: 'sessions' });
    await column.getByText('4 clips, 2 recordings').waitFor(WAIT);
    await page.getByRole('button', { name: 'Undo: Add “sessions” and 4 clips' }).waitFor(WAIT);
    // A folder of pictures is one clip.
    await dropOnto(column.getByRole('heading'), [join(root, 'frames')]);
    await column.getByText('5 clips, 3 recordings').waitFor(WAIT);
    await dropOnto(column.getByRole('heading'), [wednesday]);
    await dialog.getByRole('button', { name: 'All in one session' }).click();
    await column.getByText('7 clips, 4 recordings').waitFor(WAIT);
    await page.getByRole('button', { name: 'Undo: Add 2 clips' }).waitFor(WAIT);
    await looked();
    await column.getByText('7 clips, 4 recordings').waitFor(WAIT);
    for (const box of await column.getByRole('checkbox').all()) await box.check();
    await page.getByRole('button', { name: 'Separate' }).click();
    await column.getByText('7 clips, 7 recordings').waitFor(WAIT);
    for (const box of (await column.getByRole('checkbox').all()).slice(0, 3)) await box.check();
    await page.getByRole('button', { name: 'Group' }).click();
    await column.getByText('7 clips, 5 recordings').waitFor(WAIT);
    await page.getByRole('button', { name: 'Undo: Group 3 clips' }).click();
    await column.getByText('7 clips, 7 recordings').waitFor(WAIT);
    await page.getByRole('button', { name: 'Remove sessions' }).click();
    await column.waitFor({ state: 'hidden', ...WAIT });
  });

  it('gives the focus to the first field of a window, and back to what opened it', async () => {
    const rename = page.getByRole('button', { name: 'Rename open' });
    await rename.click();
    const field = page.getByRole('dialog').getByLabel('Name');
    expect(await field.evaluate(isFocused)).toBe(true);
    await page.keyboard.type('shut');
    expect(await field.inputValue()).toBe('shut');
    await look('rename');
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'hidden', ...WAIT });
    await expect.poll(() => rename.evaluate(isFocused)).toBe(true);
    await rename.press('Enter');
    await field.fill('still');
    await page.keyboard.press('Enter');
    await page.getByText('There is a class still already.').waitFor(WAIT);
    await page.getByRole('alert').getByRole('button', { name: 'Close' }).click();
    const card = page.getByRole('button', { name: /^Open .*webm$/ }).first();
    await card.click();
    await page.getByRole('dialog').getByRole('button', { name: 'Close' }).click();
    await expect.poll(() => card.evaluate(isFocused)).toBe(true);
  });

  it('shows frames of what browsers do not play, and says why', async () => {
    const clip = join(root, 'old.avi');
    await promisify(execFile)(ffmpegPackage.path, [
      ...['-v', 'error', '-i', shippedSample('open/open-0001.mp4'), '-c:v', 'mpeg4', clip],
    ]);
    await page.getByLabel('Add files to still').setInputFiles(clip);
    await page.getByRole('button', { name: 'Open old.avi' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText('This browser cannot play the clip').waitFor(WAIT);
    await dialog.getByRole('img', { name: 'Five frames of old.avi' }).waitFor();
    await look('no-player');
    problems.splice(0);
    await page.keyboard.press('Escape');
  });

  it('says that a clip is gone which another window deletes, and what was done, but not for ever', async () => {
    const other = await context.newPage();
    await other.goto(new URL('/', studio.address).href);
    await page.getByRole('button', { name: 'Open old.avi' }).click();
    await other.getByRole('checkbox', { name: 'old.avi' }).check();
    await other.getByRole('button', { name: 'Delete', exact: true }).click();
    const said = page.getByText('old.avi is no longer there: it was moved or deleted in another window.');
    await said.waitFor(WAIT);
    await page.getByRole('dialog').waitFor({ state: 'hidden', ...WAIT });
    expect(await page.getByRole('alert').count()).toBe(0);
    await look('notice');
    await said.waitFor({ state: 'hidden', ...WAIT });
    await other.close();
  });

  it('trains, through a reload in its midst and in two windows, and says how good it is', async () => {
    await screen('Train');
    await look('train');
    const train = page.getByRole('button', { name: 'Train', exact: true });
    await writeFile(join(folder, 'pipeline.yaml'), PIPELINE.replace('units: 8', 'units: many'));
    await page.getByText('recurrent.units (line 8, column').waitFor(WAIT);
    expect(await train.isDisabled()).toBe(true);
    await look('recipe');
    await writeFile(join(folder, 'pipeline.yaml'), PIPELINE);
    await page.getByText('The recipe cannot be used').waitFor({ state: 'hidden', ...WAIT });
    await train.click();
    await page.getByRole('progressbar').waitFor(WAIT);
    await look('training');
    await page.reload();
    const other = await context.newPage();
    await other.goto(new URL('/#train', studio.address).href);
    const judge = { name: 'Judge run-1' };
    await page.getByRole('link', judge).waitFor(WAIT);
    await other.getByRole('link', judge).waitFor(WAIT);
    await other.close();
    await look('runs');
    await page.getByRole('link', judge).click();
    await page.getByText(/right on clips that it had not seen/).waitFor(WAIT);
    await page
      .getByRole('button', { name: /recognized|taken for/ })
      .first()
      .click();
    await page.getByRole('region', { name: 'Clips of the chosen number' }).waitFor();
    await look('judge');
  });

  it('says live what the camera sees', async () => {
    await screen('Try');
    await page.getByRole('button', { name: 'Start the camera' }).click();
    const answers = page.getByText(/^Answered in \d+ ms\.$/);
    await answers.waitFor(WAIT);
    await page.waitForTimeout(3000);
    await look('try');
    await page.getByRole('button', { name: 'Stop' }).click();
    await page.getByLabel('Choose a clip').setInputFiles(shippedSample('open/open-0001.mp4'));
    await answers.waitFor(WAIT);
  });

  it('gives the model away', async () => {
    await screen('Take away');
    await look('take-away');
    for (const [name, file] of [
      ['The model', 'run-1.zip'],
      ['A web page', 'run-1-web.zip'],
      ['ONNX', 'run-1.onnx'],
    ] as const) {
      const download = page.waitForEvent('download', WAIT);
      await page.getByRole('button', { name: `Download ${name}` }).click();
      expect((await download).suggestedFilename()).toBe(file);
    }
  });

  it('keeps what was recorded while the studio was not running', async () => {
    expect(problems).toEqual([]);
    await screen('Collect');
    const port = new URL(studio.address).port;
    expect(await stop(studio)).toBe(0);
    await page.getByText('The studio is not running.').waitFor(WAIT);
    await page.getByLabel('Add files to open').setInputFiles(shippedSample('open/open-0001.mp4'));
    await page.getByText('open-0001.mp4 (open) is not saved.').waitFor(WAIT);
    await look('away');
    await answerStarting(Number(port));
    studio = await openStudio(folder, port);
    await page.getByText('This server answers only the browser that opened the address').waitFor(WAIT);
    expect(await page.getByText('The studio is not running.').count()).toBe(0);
    expect(await page.getByText('open-0001.mp4 (open) is not saved.').count()).toBe(1);
    expect(await clipCount('open')).toBe(6);
    await page.goto(studio.address);
    await page.getByText('6 clips').first().waitFor(WAIT);
  });
});
