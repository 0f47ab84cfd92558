import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { reportHtml } from '../../src/report/report-html.js';
import { chromiumPath, launchChromium } from '../support/browser.js';
import { sampleFigures, sampleReport } from '../support/sample-report.js';

const PHONE = { width: 390, height: 844 };

describe.skipIf(chromiumPath === null)('a report in a browser', () => {
  let root: string;
  let address: string;
  let browser: Browser;
  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), 'clipstep-report-'));
    const path = join(root, 'report.html');
    await writeFile(path, await reportHtml(sampleReport(await sampleFigures())));
    address = pathToFileURL(path).href;
    browser = await launchChromium(chromiumPath!);
  });
  afterAll(async () => {
    await browser.close();
    await rm(root, { recursive: true });
  });

  const open = async (options: Parameters<Browser['newPage']>[0] = {}) => {
    const page = await browser.newPage(options);
    const requests: string[] = [];
    const complaints: string[] = [];
    page.on('request', (request) => requests.push(request.url()));
    page.on('console', (message) => complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('dialog', (dialog) => complaints.push(dialog.message()));
    await page.goto(address);
    return { page, requests, complaints };
  };

  it('draws every chart, and shows every frame', async () => {
    const { page } = await open();
    const charts = await page.$$eval('svg', (elements) =>
      elements.map((svg) => ({
        label: svg.getAttribute('aria-label'),
        // What is drawn in one of the page's colours, and is not the ground or an axis.
        drawn: [
          ...svg.querySelectorAll('path[fill*="--"], path[stroke*="--first"], path[stroke*="--second"]'),
        ]
          .map((path) => path.getBoundingClientRect())
          .filter(({ width, height }) => width + height > 3).length,
      })),
    );
    expect(charts.map(({ label }) => label)).toEqual([
      'Accuracy of each classifier',
      'Accuracy of each repeat and fold',
      'Loss by epoch',
      'Accuracy by epoch',
      'Reliability: accuracy by probability',
      ...Array.from({ length: 4 }, () => 'Attention over 16 timesteps'),
    ]);
    const [baselines, folds, , , , ...attention] = charts.map(({ drawn }) => drawn);
    expect(baselines).toBeGreaterThanOrEqual(4);
    expect(folds).toBeGreaterThanOrEqual(2);
    expect(Math.min(...charts.map(({ drawn }) => drawn))).toBeGreaterThan(1);
    expect(attention).toEqual([16, 16, 16, 16]);
    const widths = await page.$$eval('img', (images) => images.map(({ naturalWidth }) => naturalWidth));
    expect(widths).toEqual(Array.from({ length: 64 }, () => 32));
  });

  it('draws the attention to a frame above that frame', async () => {
    const { page } = await open();
    const centres = async (selector: string) => {
      const boxes = await page.locator('.film').first().locator(selector).all();
      return Promise.all(boxes.map((box) => box.boundingBox().then((area) => area!.x + area!.width / 2)));
    };
    const [bars, frames] = [await centres('path[fill="var(--second)"]'), await centres('img')];
    expect(frames).toHaveLength(16);
    bars.forEach((bar, index) => {
      expect(Math.abs(bar - frames[index]!)).toBeLessThan(2);
    });
    expect(bars).toHaveLength(16);
  });

  it('asks for nothing but itself, and runs nothing', async () => {
    const { requests, complaints } = await open();
    expect(requests.filter((url) => !url.startsWith('data:'))).toEqual([address]);
    expect(complaints).toEqual([]);
  });

  it('does not scroll sideways on a phone', async () => {
    const { page } = await open({ viewport: PHONE });
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(PHONE.width);
  });

  it('is dark where the reader wants it dark', async () => {
    const coloursIn = async (colorScheme: 'light' | 'dark') => {
      const { page } = await open({ colorScheme });
      return page.evaluate(
        "[getComputedStyle(document.body).backgroundColor, getComputedStyle(document.querySelector('svg text')).fill]",
      );
    };
    const [light, dark] = [await coloursIn('light'), await coloursIn('dark')];
    expect(light).toEqual(['rgb(255, 255, 255)', 'rgb(34, 34, 34)']);
    expect(dark).toEqual(['rgb(22, 24, 28)', 'rgb(230, 230, 230)']);
  });

  it('can be photographed', async () => {
    const { page } = await open({ viewport: PHONE, colorScheme: 'dark' });
    const path = join(root, 'phone.png');
    await page.screenshot({ path, fullPage: true });
    expect((await stat(path)).size).toBeGreaterThan(50_000);
  });
});
