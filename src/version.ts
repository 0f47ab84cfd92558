import { readFileSync } from 'node:fs';

/** Clipstep's version, from its package.json. */
export function clipstepVersion(): string {
  const manifest: { version: string } = JSON.parse(
    readFileSync(new URL('../package.json', import.meta.url), 'utf8'),
  );
  return manifest.version;
}
