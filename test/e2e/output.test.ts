import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { clipstep, projectFolder } from '../support/cli.js';

const samples = 'datasets/motion/samples';
const clip = `${samples}/open/open-0001.mp4`;

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'clipstep-output-'));
});
afterAll(() => rm(root, { recursive: true }));

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A line of sh, in which $CLIPSTEP is the command; temporary files go below `root`. */
function shell(line: string): Promise<Ended> {
  const env = {
    ...process.env,
    NO_COLOR: '1',
    TMPDIR: root,
    CLIPSTEP: `${process.execPath} ${projectFolder}/dist/cli.js`,
  };
  const child = spawn('bash', ['-c', `set -o pipefail; ${line}`], { cwd: projectFolder, env });
  const ended = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => {
      ended[name] += text;
    });
  }
  return new Promise((resolve, reject) => {
    child.on('error', reject).on('close', (code) => resolve({ code, ...ended }));
  });
}

describe.skipIf(process.platform === 'win32')('an output that takes no more', () => {
  it.each([
    `$CLIPSTEP classify ${samples} --json --model motion | head -n 1`,
    '$CLIPSTEP models | true',
    `$CLIPSTEP batch ${samples}/open --model motion --out - 2>${'$TMPDIR'}/log | head -c 5`,
  ])('ends it quietly when its reader has gone: %s', async (line) => {
    const { code, stderr } = await shell(line);
    expect(stderr).toBe('');
    expect(code).toBe(0);
  });

  it.skipIf(!existsSync('/dev/full')).each(['models', `classify ${clip} --model motion`])(
    'is told in a line when its disk is full: %s',
    async (command) => {
      const { code, stderr } = await shell(`$CLIPSTEP ${command} > /dev/full`);
      expect(stderr).toBe(
        'The output cannot be written: its disk is full.\nMake room, or send the output elsewhere.\n',
      );
      expect(code).toBe(1);
    },
  );
});

describe.skipIf(process.platform === 'win32')('classify -', () => {
  it('reads a clip from stdin, and leaves nothing of it behind', async () => {
    const { code, stdout } = await shell(`cat ${clip} | $CLIPSTEP classify - --json --model motion`);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ input: '-', label: 'open' });
    expect((await readdir(root)).filter((name) => name.startsWith('clipstep-stdin'))).toEqual([]);
  });

  it('calls what it cannot read stdin, not by the file where it lies', async () => {
    const { code, stdout } = await shell('$CLIPSTEP classify - --model motion </dev/null');
    expect(code).toBe(1);
    expect(stdout).toMatch(/^failed - \(empty\): stdin is empty/);
  });
});

describe('batch --out -', () => {
  it('writes rows to stdout, and all else to stderr', async () => {
    const { code, stdout, stderr } = await clipstep([
      'batch',
      `${samples}/open`,
      '--out',
      '-',
      '--model',
      'motion',
    ]);
    expect(code).toBe(0);
    const rows = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(rows.map(({ id }) => id)).toEqual(['open-0001.mp4', 'open-0002']);
    expect(stderr).toMatch(/^stdout: 2 clips, 2 classified$/m);
  });

  it('is the one --out without an ending that says what it is, or none', async () => {
    const { code, stderr } = await clipstep(['batch', samples, '--out', join(root, 'results.xlsx')]);
    expect(stderr).toMatch(/ends in \.xlsx; results are written as \.jsonl, \.csv, \.parquet\./);
    expect(code).toBe(2);
  });
});

describe('classify', () => {
  it('bare shows how it is used', async () => {
    const { code, stdout, stderr } = await clipstep(['classify']);
    expect(stderr).toMatch(/^Usage: clipstep classify \[options\] \[inputs\.\.\.\]/);
    expect(stdout).toBe('');
    expect(code).toBe(2);
  });

  it.each<[string, RegExp]>([
    ['ftp://example.org/a.mp4', /is an address \(ftp\)[\s\S]*clipstep classify -/],
    ['rtsp://camera/1', /is an address \(rtsp\)[\s\S]*Record a clip/],
    ['file:///a.mp4', /is an address \(file\)[\s\S]*Give the path alone/],
  ])('has an answer of its own to %s', async (input, words) => {
    const { code, stdout } = await clipstep(['classify', input, '--model', 'motion']);
    expect(stdout).toMatch(words);
    expect(code).toBe(1);
  });

  it('prints each row as soon as it is there', async () => {
    const args = [`${projectFolder}/dist/cli.js`, 'classify', clip, `${samples}/recede`, '--model', 'motion'];
    const child = spawn(process.execPath, args, { cwd: projectFolder, stdio: ['ignore', 'pipe', 'ignore'] });
    let pieces = 0;
    child.stdout.on('data', () => {
      pieces += 1;
    });
    await new Promise((resolve) => child.on('close', resolve));
    expect(pieces).toBeGreaterThan(1);
  });
});
