import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { promisify } from 'node:util';
import ffmpegPackage from '@ffmpeg-installer/ffmpeg';
import { type Browser, chromium, type Locator, type Page } from 'playwright-core';
import { expect } from 'vitest';

/** Chromium: CLIPSTEP_CHROMIUM, else Debian's. Null where there is none; tests that need it are then skipped. */
export const chromiumPath: string | null =
  [process.env.CLIPSTEP_CHROMIUM, '/usr/bin/chromium'].find((path) => path && existsSync(path)) ?? null;

/** Starts it without a window. Its sandbox cannot be had by root, and pages of these tests run no script. */
export function launchChromium(path: string) {
  return chromium.launch({ executablePath: path, args: ['--no-sandbox'] });
}

/** Starts it with a camera that shows a clip over and over. @param folder where what it shows is kept. */
export async function launchWithCamera(
  path: string,
  { clip, folder }: { clip: string; folder: string },
): Promise<Browser> {
  const camera = join(folder, 'camera.y4m');
  const scene = ['-i', clip, '-vf', 'scale=320:240,format=yuv420p'];
  await promisify(execFile)(ffmpegPackage.path, ['-v', 'error', ...scene, camera]);
  return chromium.launch({
    executablePath: path,
    args: [
      '--no-sandbox',
      '--use-fake-ui-for-media-stream',
      '--use-fake-device-for-media-stream',
      `--use-file-for-fake-video-capture=${camera}`,
    ],
  });
}

/** An element, as far as it is asked for: tests have no types of browsers. */
interface Scrollable {
  scrollIntoView(options: { block: 'center' }): void;
}

/** Drops files and folders of the disk onto an element, as out of a file manager. */
export async function dropOnto(target: Locator, paths: readonly string[]): Promise<void> {
  // Not below what stays at the top.
  await target.evaluate((element: unknown) => (element as Scrollable).scrollIntoView({ block: 'center' }));
  const { x, y, width, height } = (await target.boundingBox())!; // it is on screen
  const at = { x: x + width / 2, y: y + height / 2 };
  const data = { items: [], files: [...paths], dragOperationsMask: 1 };
  const page = target.page();
  const session = await page.context().newCDPSession(page);
  for (const type of ['dragEnter', 'dragOver', 'drop'] as const) {
    await session.send('Input.dispatchDragEvent', { type, ...at, data });
  }
  await session.detach();
}

/** Where screenshots go, for whoever wants to look at the screens. */
export const PICTURES = process.env.CLIPSTEP_PICTURES;

/** Looks at a page as it is: in both schemes and two widths, nothing is wrong for whoever cannot see it, or has little room. */
export async function lookAt(page: Page, name: string): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    // Colours on their way from one scheme to the other have a contrast of their own.
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    for (const width of [1280, 360]) {
      await page.setViewportSize({ width, height: 900 });
      await page.waitForTimeout(150);
      // Charts take their new width when the browser comes to it.
      await expect.poll(() => overflow(page), { message: `${name}, ${width}` }).toBe(0);
      if (PICTURES) {
        const path = join(PICTURES, `${name}-${width}-${colorScheme}.png`);
        await page.screenshot({ path, fullPage: true });
      }
      expect(await violations(page), `${name}, ${width}, ${colorScheme}`).toEqual([]);
    }
  }
  await page.emulateMedia({ colorScheme: 'light', reducedMotion: null });
  await page.setViewportSize({ width: 1280, height: 900 });
}

/** Pixels to the right of what is seen. */
const overflow = (page: Page): Promise<number> =>
  page.evaluate<number>('document.documentElement.scrollWidth - document.documentElement.clientWidth');

async function violations(page: Page): Promise<string[]> {
  const axe = createRequire(import.meta.url).resolve('axe-core');
  // The page's policy lets no script in but its own; what a debugger does is none of its business.
  await page.evaluate(await readFile(axe, 'utf8'));
  return page.evaluate<string[]>(
    'axe.run({ preload: false }).then(({ violations }) => violations.map(({ id, nodes }) => id + ": " + nodes.map(({ html }) => html).join(" ")))',
  );
}
