import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { train } from '../../src/index.js';
import { writeTinyTextPipeline, writeTinyTexts } from '../support/tiny-texts.js';

let root: string;
let pipeline: string;
let data: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'clipstep-texts-'));
  pipeline = await writeTinyTextPipeline(root);
  data = join(root, 'texts');
  await writeTinyTexts(data, 60);
});
afterAll(() => rm(root, { recursive: true }));

const weightsOf = (folder: string) => readFile(join(folder, 'weights.safetensors'));

describe('a classifier of texts', () => {
  it('that is interrupted before its first step says what it did', async () => {
    const interruption = new AbortController();
    const run = train({
      pipeline,
      data,
      out: join(root, 'unread'),
      signal: interruption.signal,
      onEvent: (event) => {
        if (event.kind === 'reading' && event.what === 'prepare') interruption.abort();
      },
    });
    await expect(run).rejects.toMatchObject({
      code: 'aborted',
      problem: 'Interrupted while the texts were read.',
    });
  });

  it.each([
    ['Adam', {}],
    ['SGD', { 'training.optimizer': 'sgd', 'training.weightDecay': '0.1' }],
  ])(
    'that is interrupted over and over goes on to the same weights: %s',
    async (name, changes) => {
      const [whole, parted] = [join(root, name), join(root, `${name} parted`)];
      // Few letters are in a batch: the vectors of the others wait for their next one.
      const set = { 'training.epochs': '3', 'training.steps': 'null', 'training.batchSize': '2', ...changes };
      await train({ pipeline, data, out: whole, set });
      let [runs, steps] = [0, 0];
      // Amid epochs and at their ends; the last run, to which no step is too many, ends.
      for (const most of [9, 3, 24, 1, 35, Number.POSITIVE_INFINITY]) {
        const interruption = new AbortController();
        const reached = steps + most;
        const run = train({
          pipeline,
          data,
          out: parted,
          set,
          resume: runs++ > 0,
          signal: interruption.signal,
          onEvent: ({ kind }) => {
            if (kind === 'step' && ++steps === reached) interruption.abort();
          },
        });
        if (Number.isFinite(most)) await expect(run).rejects.toMatchObject({ code: 'aborted' });
        else await run;
      }
      expect(await weightsOf(parted)).toEqual(await weightsOf(whole));
    },
    60_000,
  );
});
