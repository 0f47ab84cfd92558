import { expect, it } from 'vitest';
import { openTrainingData } from '../../src/datasets/open-data.js';

it.each([
  ['training', 'The pipeline mine does not say what to train on'],
  ['scoring', 'The model mine does not say where the data is that it was trained on'],
] as const)('asks for data where there is none to take, for %s', async (purpose, problem) => {
  const opened = openTrainingData({
    pipeline: { name: 'mine' },
    pipelineFolder: '.',
    purpose,
    onEvent: () => {},
  });
  await expect(opened).rejects.toMatchObject({
    code: 'usage',
    problem: expect.stringContaining(problem),
    fix: expect.stringContaining('--data'),
  });
});
