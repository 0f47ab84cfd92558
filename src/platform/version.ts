import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PACKAGE_FOLDER } from './package-files.js';

/** Clipstep's version, from its package.json. */
export function clipstepVersion(): string {
  const manifest: { version: string } = JSON.parse(
    readFileSync(join(PACKAGE_FOLDER, 'package.json'), 'utf8'),
  );
  return manifest.version;
}
