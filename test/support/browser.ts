import { existsSync } from 'node:fs';
import { chromium } from 'playwright-core';

/** Chromium: CLIPSTEP_CHROMIUM, else Debian's. Null where there is none; tests that need it are then skipped. */
export const chromiumPath: string | null =
  [process.env.CLIPSTEP_CHROMIUM, '/usr/bin/chromium'].find((path) => path && existsSync(path)) ?? null;

/** Starts it without a window. Its sandbox cannot be had by root, and pages of these tests run no script. */
export function launchChromium(path: string) {
  return chromium.launch({ executablePath: path, args: ['--no-sandbox'] });
}
