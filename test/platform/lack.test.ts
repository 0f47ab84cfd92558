import { expect, it } from 'vitest';
import { UserError } from '../../src/errors.js';
import { isFailureOfInput } from '../../src/platform/failure-of-input.js';
import { lackOf, unlessUnavailable } from '../../src/platform/lack.js';
import { refusalOf } from '../../src/serve/refusal.js';

const unreadable = (cause: unknown) =>
  new UserError('unreadable', { problem: 'a.mp4 cannot be read.', fix: 'Copy it again.', cause });
const withCode = (code: string) => Object.assign(new Error(`${code}: it failed`), { code });

it.each([
  ['EMFILE', 'handles'],
  ['ENFILE', 'handles'],
  ['ENOMEM', 'memory'],
  ['ENOSPC', 'room'],
])('%s, whatever it is the cause of, is no failure of an input', (code, lack) => {
  const error = unreadable(new Error('It cannot be opened', { cause: withCode(code) }));
  expect(lackOf(error)).toBe(lack);
  expect(isFailureOfInput(error)).toBe(false);
});

it('a thread that a library is refused is none either', () => {
  const refused = new Error('glib: Error creating thread: Resource temporarily unavailable');
  expect(isFailureOfInput(unreadable(refused))).toBe(false);
});

it.each([
  'TIFFReadDirectory: Failed to allocate memory for to read TIFF directory (4294967295 elements of 12 bytes each)',
  'Error while decoding stream #0:0: Cannot allocate memory',
])('memory that a damaged file asks for is a failure of that file: %s', (words) => {
  expect(isFailureOfInput(unreadable(new Error(words)))).toBe(true);
});

it('what a disk says of one file is a failure of an input', () => {
  const error = unreadable(withCode('EIO'));
  expect(lackOf(error)).toBeNull();
  expect(isFailureOfInput(error)).toBe(true);
});

it('what cannot be had for a lack is not taken for absent', async () => {
  await expect(unlessUnavailable(Promise.reject(withCode('ENOENT')))).resolves.toBeNull();
  await expect(unlessUnavailable(Promise.reject(withCode('EMFILE')))).rejects.toThrow('EMFILE');
});

it('a server that lacks handles asks its clients to come again', () => {
  expect(refusalOf(unreadable(withCode('EMFILE')))?.options).toMatchObject({ status: 503, code: 'busy' });
});
