// Draws docs/images/studio.png: the studio's first screen with clips of the generated dataset. Run after the build:
// node scripts/studio-picture.mjs. It takes Chromium: CLIPSTEP_CHROMIUM, else Debian's.
import { execFileSync, spawn } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import sharp from 'sharp';

const CLASSES = ['open', 'clockwise', 'approach'];
const CLIPS = 4;
const SIZE = { width: 1180, height: 760 };

const root = mkdtempSync(join(tmpdir(), 'clipstep-picture-'));
const project = join(root, 'shapes');
try {
  const data = join(root, 'motion');
  execFileSync(process.execPath, [
    'dist/cli.js',
    'dataset',
    'motion',
    '--out',
    data,
    '--per-class',
    `${CLIPS}`,
  ]);
  for (const label of CLASSES) {
    mkdirSync(join(project, 'clips', label), { recursive: true });
    cpSync(join(data, label), join(project, 'clips', label), { recursive: true });
  }
  await draw();
} finally {
  rmSync(root, { recursive: true });
}

async function draw() {
  const studio = spawn(process.execPath, ['dist/cli.js', 'studio', project, '--port', '0'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const browser = await chromium.launch({
    executablePath: process.env.CLIPSTEP_CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox'],
  });
  try {
    const page = await browser.newPage({ viewport: SIZE, colorScheme: 'light' });
    await page.goto(await addressOf(studio));
    await page.getByText('There is enough to train on.').waitFor();
    await page.getByText('Looking at new clips').waitFor({ state: 'hidden' });
    // A function: the page's policy forbids it to evaluate text.
    await page.waitForFunction(() => [...document.images].slice(0, 9).every(({ complete }) => complete));
    const picture = await page.screenshot();
    await sharp(picture).png({ palette: true, colours: 128, effort: 10 }).toFile('docs/images/studio.png');
  } finally {
    await browser.close();
    studio.kill('SIGTERM');
  }
}

/** What it prints when it is open. */
function addressOf(studio) {
  return new Promise((resolve, reject) => {
    let text = '';
    studio.stdout.on('data', (chunk) => {
      text += chunk;
      const [address] = /http:\S+\n/.exec(text) ?? [];
      if (address) resolve(address.trim());
    });
    studio.on('exit', () => reject(new Error('The studio ended before it was open')));
  });
}
