import { InvalidArgumentError, Option } from 'commander';
import type { Shard } from '../predict/batch/shard.js';

/** `--shard`, of which clips are done here and which elsewhere. */
export const shardOption = (): Option =>
  new Option(
    '--shard <i/n>',
    'process only the i-th of n parts; auto/n: the part that an array job gives the process',
  ).argParser((text: string) => parseShard(text));

/** What starts a program many times says which it is of, counted from 0. */
const INDEX_VARIABLES = ['JOB_COMPLETION_INDEX', 'AWS_BATCH_JOB_ARRAY_INDEX'] as const;

/**
 * `2/5`, the second of five; `auto/5`, the one of five that a Kubernetes Indexed Job, an AWS Batch array or a Slurm array
 * has this process do.
 */
export function parseShard(text: string, environment: NodeJS.ProcessEnv = process.env): Shard {
  const [, first, second] = /^(\d+|auto)\/(\d+)$/.exec(text) ?? [];
  if (first === undefined) throw new InvalidArgumentError(EXPECTED);
  const count = Number(second);
  if (first === 'auto') return { index: ownIndex(environment, count), count };
  const index = Number(first);
  if (index < 1 || index > count) throw new InvalidArgumentError(EXPECTED);
  return { index, count };
}

const EXPECTED = 'It must be like 2/5, the second of five parts, or auto/5.';

function ownIndex(environment: NodeJS.ProcessEnv, count: number): number {
  const [name, index] = foundIndex(environment);
  if (!Number.isInteger(index) || index < 0) {
    throw new InvalidArgumentError(
      `${name} is ${environment[name]}: it must be a whole number, counted from 0.`,
    );
  }
  if (index >= count) {
    throw new InvalidArgumentError(
      `${name} is ${environment[name]}, but there are only ${count} parts: start as many jobs as there are parts.`,
    );
  }
  return index + 1;
}

/** Counted from 0. */
function foundIndex(environment: NodeJS.ProcessEnv): [name: string, index: number] {
  for (const name of INDEX_VARIABLES) {
    if (environment[name]) return [name, Number(environment[name])];
  }
  const { SLURM_ARRAY_TASK_ID: own, SLURM_ARRAY_TASK_MIN: first = '0' } = environment;
  if (own) return ['SLURM_ARRAY_TASK_ID', Number(own) - Number(first)];
  throw new InvalidArgumentError(
    `auto takes the part from ${INDEX_VARIABLES.join(', ')} or SLURM_ARRAY_TASK_ID, and none of these is set.`,
  );
}
