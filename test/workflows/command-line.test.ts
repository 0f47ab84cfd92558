import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { commandLine } from '../../src/workflows/command-line.js';

describe('a command line', () => {
  it('is read by a shell as it was given', () => {
    const set = {
      'input.sampling': '{ kind: uniform, frames: 4 }',
      'recurrent.layers': '[0,1]',
      name: "a'b $x",
    };
    const line = commandLine('train', { pipeline: 'a b.yaml', data: 'clips', set }, ['--seed', 3]);
    const words = execFileSync('sh', ['-c', `printf '%s\\n' ${line}`], { encoding: 'utf8' });
    expect(words.trimEnd().split('\n')).toEqual([
      ...['clipstep', 'train', 'a b.yaml', '--data', 'clips'],
      ...Object.entries(set).flatMap(([name, value]) => ['--set', `${name}=${value}`]),
      ...['--seed', '3'],
    ]);
  });

  it('has no quotes where none are needed', () => {
    const set = { 'split.validation': '0' };
    expect(commandLine('crossvalidate', { pipeline: 'p.yaml', set }, ['--folds', 5])).toBe(
      'clipstep crossvalidate p.yaml --set split.validation=0 --folds 5',
    );
  });
});
