import { execFileSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { hasMusl } from '../../src/platform/has-musl.js';

it.runIf(process.platform === 'linux')('knows the C library that this Node.js was linked with', () => {
  const libraries = execFileSync('ldd', [process.execPath], { encoding: 'utf8' });
  expect(hasMusl()).toBe(/musl/.test(libraries));
});

it.runIf(process.platform !== 'linux')('finds no musl outside Linux', () => {
  expect(hasMusl()).toBe(false);
});
