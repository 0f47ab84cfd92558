import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { classify } from '../../../src/predict/classify.js';
import { train } from '../../../src/workflows/train.js';
import { freshCache } from '../../support/cache.js';
import { writeTinyDataset, writeTinyPipeline } from '../../support/tiny-dataset.js';

const CLIPS = { down: 2, up: 6 };

let root: string;
let pipeline: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'clipstep-class-weights-'));
  Object.assign(process.env, await freshCache(join(root, 'cache')));
  await writeTinyDataset(join(root, 'data'), CLIPS.up);
  for (let clip = CLIPS.down; clip < CLIPS.up; clip++)
    await rm(clipFolder('down', clip), { recursive: true });
  pipeline = await writeTinyPipeline(join(root, 'p'), {
    recurrent: '{ cell: lstm, units: 4 }',
    // So slow that the weights are at the end what they were when the loss was measured.
    training: '{ train: everything, epochs: 1, batchSize: 8, learningRate: 1.0e-9 }',
    split: '{ validation: 0, test: 0 }',
  });
});
afterAll(() => rm(root, { recursive: true }));

const clipFolder = (label: string, clip: number) => join(root, 'data', label, `clip${clip}`);

it.each([
  ['none', ({ down, up }: Losses) => (CLIPS.down * down + CLIPS.up * up) / (CLIPS.down + CLIPS.up)],
  ['balanced', ({ down, up }: Losses) => (down + up) / 2],
] as const)('weighs classes in the loss when class weights are %s', async (classWeights, expected) => {
  const out = join(root, classWeights);
  const { history } = await train({
    pipeline,
    data: join(root, 'data'),
    out,
    engine: 'onnx',
    set: { 'training.classWeights': classWeights },
  });
  const losses = { down: await meanLoss(out, 'down'), up: await meanLoss(out, 'up') };
  expect(Math.abs(losses.down - losses.up)).toBeGreaterThan(0.01);
  expect(history[0]!.trainLoss).toBeCloseTo(expected(losses), 3);
});

type Losses = Record<keyof typeof CLIPS, number>;

/** Mean cross-entropy of a class' clips in nats. */
async function meanLoss(model: string, label: keyof typeof CLIPS): Promise<number> {
  const clips = Array.from({ length: CLIPS[label] }, (_, clip) => clipFolder(label, clip));
  let sum = 0;
  for await (const outcome of classify(model, clips)) {
    if (outcome.kind === 'failed') throw outcome.error;
    sum -= Math.log(outcome.top.find((candidate) => candidate.label === label)!.probability);
  }
  return sum / clips.length;
}
