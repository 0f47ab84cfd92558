import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { COMMANDS } from '../../src/commands/catalog.js';
import { openStudio } from '../../src/studio/studio.js';
import { clipstep } from '../support/cli.js';

const SAMPLES = 'datasets/motion/samples';

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'clipstep-advice-'));
  await writeFile(join(root, 'file'), 'in the way');
});
afterAll(() => rm(root, { recursive: true }));

/** Flags that an error advises, those of commands that it names left out. */
const flagsIn = (text: string): string[] =>
  text.replaceAll(/`clipstep [^`]*`/g, '').match(/--[a-z][\w-]*/g) ?? [];

/** Runs a command that is refused. @returns what it says. */
async function refused(args: readonly string[]): Promise<string> {
  const { code, stderr } = await clipstep(args);
  expect([code, stderr]).toEqual([1, expect.not.stringMatching(/defect|\n {4}at /)]);
  const command = await COMMANDS[args[0]!]!.load(() => undefined);
  const known = [command, ...command.commands].flatMap(({ options }) => options.map(({ long }) => long));
  expect(known).toEqual(expect.arrayContaining(flagsIn(stderr)));
  return stderr;
}

describe('a folder below a file, which cannot be made', () => {
  it.each([
    ['init', 'IN', '--classes', 'a', 'b'],
    ['studio', 'IN'],
    ['train', 'actions', '--data', SAMPLES, '--out', 'IN'],
    ['evaluate', 'models/motion', '--data', SAMPLES, '--split', 'all', '--out', 'IN'],
    ['quantize', 'models/motion', '--out', 'IN'],
    ['export', 'models/motion', '--out', 'IN/model.onnx'],
    ['batch', SAMPLES, '--out', 'IN/results.csv'],
    ['dataset', 'motion', '--out', 'IN'],
    ['mnist', '--out', 'IN'],
  ])('%s advises only flags that it has', async (...args) => {
    const inside = join(root, 'file', 'inside');
    const said = await refused(args.map((word) => word.replace('IN', inside)));
    expect(said).toContain(`${inside}`);
    expect(said).toContain('cannot be written');
  });
});

it('a project that another studio has open is said to be so', async () => {
  const folder = join(root, 'project');
  const access = { hosts: new Set<string>(), proof: { kind: 'open' } } as const;
  const studio = await openStudio({ folder, access, onError: () => undefined });
  try {
    expect(await refused(['studio', folder])).toContain(`Another studio has ${folder} open.`);
  } finally {
    await studio.close();
  }
});
