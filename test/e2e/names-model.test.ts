import { expect, it } from 'vitest';
import { clipstep } from '../support/cli.js';

/** Names that many people would place at once; the model is right in most of such. */
const NAMES = {
  Kowalczyk: 'Polish',
  Papadopoulos: 'Greek',
  Yamamoto: 'Japanese',
  Gorbachenko: 'Russian',
  "O'Sullivan": 'Irish',
  Bernardini: 'Italian',
};

it('the shipped model says the language of surnames that are given as texts', async () => {
  const texts = Object.keys(NAMES).flatMap((name) => ['--text', name]);
  const { stdout, code } = await clipstep(['classify', '--model', 'names', '--json', ...texts]);
  expect(code).toBe(0);
  const rows = stdout
    .trim()
    .split('\n')
    .map((line): { input: string; label: string } => JSON.parse(line));
  expect(rows.map(({ input }) => input)).toEqual(Object.keys(NAMES));
  const right = rows.filter(({ input, label }) => NAMES[input as keyof typeof NAMES] === label);
  expect(right.length).toBeGreaterThanOrEqual(5);
});

it('the shipped model calls what is no surname unlike what it was trained on', async () => {
  const texts = ['qxzvkjwq', 'wvbqjzzk', '20311854', '(555) 01-99'].flatMap((text) => ['--text', text]);
  const { stdout } = await clipstep(['classify', '--model', 'names', '--json', ...texts]);
  const rows = stdout
    .trim()
    .split('\n')
    .map((line): { unknown?: { reason: string } } => JSON.parse(line));
  expect(rows.map(({ unknown }) => unknown?.reason)).toEqual(Array(4).fill('unlike'));
});
