import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { projectFolder } from '../support/cli.js';

it('has at most 80 kB of JavaScript, compressed, and nothing from elsewhere', async () => {
  const read = (name: string) => readFile(join(projectFolder, 'dist/studio', name));
  const script = await read('page.js');
  expect(gzipSync(script).length).toBeLessThanOrEqual(80_000);
  const addresses = /(?:src|href|url|import)\s*[=(]\s*["']?(?:https?:)?\/\//;
  for (const name of ['page.js', 'page.css', 'index.html']) {
    expect((await read(name)).toString()).not.toMatch(addresses);
  }
});
