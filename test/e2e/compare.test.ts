import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { clipstep } from '../support/cli.js';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'clipstep-compare-'));
});
afterAll(() => rm(folder, { recursive: true }));

/** Answers about clips of class up, one a group, by the probability of that class. */
async function run(name: string, probabilities: readonly number[]): Promise<string> {
  const rows = probabilities.map(
    (up, index) => `${index}.mp4,group ${index},up,${up > 0.5 ? 'up' : 'down'},${1 - up},${up}`,
  );
  const path = join(folder, name);
  const head = 'id,group,label,predicted,probability_down,probability_up';
  await writeFile(path, `${[head, ...rows].join('\n')}\n`);
  return path;
}

it('says by how much two runs differ, and which differences are larger than chance', async () => {
  const one = await run('one.csv', [0.4, 0.6, 0.6, 0.6, 0.6, 0.6, 0.6, 0.6, 0.6]);
  const other = await run('other.csv', [0.6, 0.9, 0.9, 0.9, 0.9, 0.9, 0.9, 0.9]);
  const { stdout, code } = await clipstep(['compare', one, other]);
  expect(code).toBe(0);
  expect(stdout).toMatch(/8 answers about 8 examples of 8 groups/);
  expect(stdout).toMatch(/1 answer of the first left out/);
  expect(stdout).toMatch(/accuracy +│ +87\.5 % │ +100\.0 % │ +\+12\.5 /);
  expect(stdout).toMatch(/A difference in accuracy is not shown\./);
  expect(stdout).toMatch(/The log loss of the second is lower by more than chance\./);
});

it('says so where an interval leaves 0 out, but too few groups differ', async () => {
  const one = await run('sure.csv', [0.6, 0.6]);
  const other = await run('surer.csv', [0.8, 0.9]);
  const { stdout } = await clipstep(['compare', one, other]);
  expect(stdout).toMatch(/A difference in accuracy is not shown\./);
  expect(stdout).toContain(
    'A difference in log loss is not shown: its interval leaves 0 out, but only 2 groups differ.',
  );
});

it('says what to give where there are no predictions', async () => {
  const { stderr, code } = await clipstep(['compare', folder, folder]);
  expect(stderr).toMatch(/There are no predictions in .*predictions\.csv/);
  expect(stderr).toMatch(/Give the folder of a training/);
  expect(code).toBe(1);
});
