import { expect, it } from 'vitest';
import { checkPipeline } from '../../src/pipeline/schema.js';
import { strayTraining } from '../../src/tasks/tasks.js';
import { tinyPipeline } from '../support/tiny-bundle.js';

const { training } = checkPipeline(tinyPipeline, 'a test');

it('takes the settings of training that are its own, and those that are left out', () => {
  const own = { ...training, classWeights: 'balanced', labelSmoothing: 0.1 } as const;
  expect(strayTraining({ task: 'classification', training: own })).toEqual([]);
  expect(strayTraining({ task: 'language', training: { ...training, timesteps: 8 } })).toEqual([]);
});

it('refuses those of other tasks, and says whose they are', () => {
  expect(strayTraining({ task: 'classification', training: { ...training, timesteps: 8 } })).toEqual([
    {
      path: ['training', 'timesteps'],
      message: 'must be left out when task is classification: it is for language',
    },
  ]);
  const found = strayTraining({
    task: 'language',
    training: { ...training, loss: 'focal', sampler: 'balanced' },
  });
  expect(found.map(({ path }) => path.join('.'))).toEqual(['training.loss', 'training.sampler']);
});
