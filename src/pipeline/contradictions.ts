import type { Contradiction } from '../inputs/input-kind.js';
import { inputOf } from '../inputs/input-kinds.js';
import { recurrentContradictions } from '../network/recurrent-contradictions.js';
import { strayTraining, taskOf } from '../tasks/tasks.js';
import type { Settings } from './settings.js';

/** Settings that are sound by themselves but not together. */
export function contradictions(settings: Settings): Contradiction[] {
  const { data, input, recurrent, training, finetune } = settings;
  const found: Contradiction[] = [];
  if (data?.kind === 'motion' && data.train.seed === data.test.seed) {
    const message = 'must differ from data.train.seed: the same seed gives the same clips';
    found.push({ path: ['data', 'test', 'seed'], message });
  }
  const readsTexts = inputOf(input).given === 'texts';
  if (data?.kind === 'texts' && !readsTexts) {
    found.push({ path: ['input'], message: 'must be of kind text when data.kind is texts' });
  }
  const { readsPairs, examples } = taskOf(settings);
  if (settings.outliers !== undefined && !examples) {
    const message = `must be left out when task is ${settings.task}: there are no classes that examples could be outside of`;
    found.push({ path: ['outliers'], message });
  }
  const textData = readsPairs ? 'pairs' : 'texts';
  if (readsTexts && data?.kind !== textData) {
    const message = `must be of kind ${textData} when input.kind is text and task is ${settings.task}`;
    found.push({ path: ['data'], message });
  }
  if (data?.kind === 'pairs' && !readsTexts) {
    found.push({ path: ['input'], message: 'must be of kind text when data.kind is pairs' });
  }
  if (readsPairs !== (recurrent.source !== undefined)) {
    const message = readsPairs
      ? `must be given when task is ${settings.task}: it is what reads the source`
      : `must be left out when task is ${settings.task}, which has no source`;
    found.push({ path: ['recurrent', 'source'], message });
  }
  for (const contradiction of inputOf(input).contradictions(settings)) found.push(contradiction);
  if (training.tokenDropout > 0 && !readsTexts) {
    const message = 'must be left out when input.kind is not text: nothing else has tokens';
    found.push({ path: ['training', 'tokenDropout'], message });
  }
  if (training.mixup !== undefined && training.batchSize === 1) {
    const message = 'must be more than 1 with training.mixup: the clips of a step are mixed with one another';
    found.push({ path: ['training', 'batchSize'], message });
  }
  const ofTask = [...strayTraining(settings), ...taskOf(settings).contradictions(settings)];
  for (const contradiction of [...recurrentContradictions(recurrent), ...ofTask]) found.push(contradiction);
  if (training.keep === 'last' && training.patience !== undefined) {
    const message = 'must be left out when training.keep is last: no epoch is better than another';
    found.push({ path: ['training', 'patience'], message });
  }
  const ofStages = [
    { path: ['training'], stage: training },
    ...(finetune ?? []).map((stage, index) => ({ path: ['finetune', String(index)], stage })),
  ];
  for (const { path, stage } of ofStages) {
    if (stage.epochs === undefined && stage.steps === undefined) {
      const message = 'must be given unless steps is: one of them says how long the training is';
      found.push({ path: [...path, 'epochs'], message });
    }
  }
  for (const [index, { pull, learningRate }] of (finetune ?? []).entries()) {
    if (pull * learningRate > 1) {
      const message =
        'times learningRate must be at most 1: a step would take back more than the whole distance';
      found.push({ path: ['finetune', String(index), 'pull'], message });
    }
  }
  if (training.standardize && training.train === 'everything') {
    const message =
      'must be left out when training.train is everything: it is measured on an encoder that is not trained yet; train the recurrent network first, and the encoder by finetune';
    found.push({ path: ['training', 'standardize'], message });
  }
  if (training.schedule === 'one-cycle') {
    const message = 'must be 0 when training.schedule is one-cycle: it warms up by itself';
    if (training.warmupEpochs > 0) found.push({ path: ['training', 'warmupEpochs'], message });
    for (const [index, { warmupEpochs }] of (finetune ?? []).entries()) {
      if (warmupEpochs) found.push({ path: ['finetune', String(index), 'warmupEpochs'], message });
    }
  }
  return found;
}
