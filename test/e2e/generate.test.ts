import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { clipstep, projectFolder } from '../support/cli.js';
import { saveTinyLanguageBundle } from '../support/tiny-text.js';

let root: string;
let model: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'clipstep-generate-'));
  model = join(root, 'model');
  await saveTinyLanguageBundle(model);
});
afterAll(() => rm(root, { recursive: true }));

const generate = (...flags: string[]) => clipstep(['generate', '--model', model, ...flags]);

describe('clipstep generate', () => {
  it('writes what the same seed wrote before, and says what of the prompt it does not know', async () => {
    const flags = ['--prompt', 'aXé', '--length', '30', '--seed', '5'];
    const [one, again] = [await generate(...flags), await generate(...flags)];
    expect(one).toMatchObject({ code: 0, stderr: expect.stringContaining('The model does not know these') });
    expect(one.stderr).toContain('X');
    expect(one.stderr).not.toContain('é');
    expect(again.stdout).toBe(one.stdout);
    expect([...new Intl.Segmenter().segment(one.stdout)]).toHaveLength(31);
  });

  it('writes a line of JSON for each text, and how much of it another text has', async () => {
    const prompt = join(root, 'prompt.txt');
    await writeFile(prompt, 'abcd\n');
    const { stdout } = await generate(
      ...['--prompt-file', prompt, '--length', '20', '--samples', '2', '--json', '--compare-with', prompt],
    );
    const rows = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(rows).toMatchObject([
      { sample: 0, prompt: 'abcd\n', tokens: 20, endedBy: 'length', unknown: [], verbatim: { copied: 0 } },
      { sample: 1, tokens: 20 },
    ]);
    expect(rows[0].text).not.toBe(rows[1].text);
  });

  it('shows text as it is made, long before the last token, and ends when it is told to', async () => {
    const args = ['dist/cli.js', 'generate', '--model', model, '--length', '1000000000'];
    const child = spawn(process.execPath, args, { cwd: projectFolder });
    const [text] = await once(child.stdout, 'data');
    expect(text.length).toBeGreaterThan(0);
    child.kill('SIGINT');
    child.stdout.resume();
    const [code] = await once(child, 'close');
    expect(code).toBe(130);
  });

  it('explains each flag of how it draws', async () => {
    const { stdout } = await clipstep(['generate', '--help']);
    for (const flag of ['--temperature', '--top-k', '--top-p', '--greedy', '--seed', '--stop']) {
      expect(stdout).toMatch(new RegExp(`${flag}\\b.{8}`));
    }
  });

  it.each([
    [['--greedy', '--temperature', '0.5'], 'greedy'],
    [['--temperature', '0'], 'temperature'],
    [['--prompt-file', 'none.txt'], 'none.txt'],
  ])('refuses %j', async (flags, what) => {
    const { code, stderr } = await generate(...flags);
    expect(code).toBeGreaterThan(0);
    expect(stderr).toContain(what);
  });
});
