import { describe, expect, it } from 'vitest';
import { parseShard } from '../../src/commands/shard-option.js';

describe('a shard', () => {
  it('is given by its number', () => {
    expect(parseShard('2/5')).toEqual({ index: 2, count: 5 });
  });

  it.each([
    ['Kubernetes', { JOB_COMPLETION_INDEX: '0' }, 1],
    ['AWS Batch', { AWS_BATCH_JOB_ARRAY_INDEX: '4' }, 5],
    ['Slurm, from 0', { SLURM_ARRAY_TASK_ID: '3', SLURM_ARRAY_TASK_MIN: '0' }, 4],
    ['Slurm, from 1', { SLURM_ARRAY_TASK_ID: '5', SLURM_ARRAY_TASK_MIN: '1' }, 5],
  ])('is the one that %s gives', (_, environment, index) => {
    expect(parseShard('auto/5', environment)).toEqual({ index, count: 5 });
  });

  it.each([
    ['0/5', {}, /like 2\/5/],
    ['6/5', {}, /like 2\/5/],
    ['1.5/5', {}, /like 2\/5/],
    ['auto/5', {}, /none of these is set/],
    ['auto/5', { JOB_COMPLETION_INDEX: '5' }, /JOB_COMPLETION_INDEX is 5, but there are only 5 parts/],
    ['auto/5', { JOB_COMPLETION_INDEX: 'x' }, /JOB_COMPLETION_INDEX is x: it must be a whole number/],
    ['auto/0', { JOB_COMPLETION_INDEX: '0' }, /there are only 0 parts/],
  ])('that is %s in %o is refused', (text, environment, problem) => {
    expect(() => parseShard(text, environment)).toThrow(problem);
  });
});
