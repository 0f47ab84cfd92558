import type { Contradiction } from '../../inputs/input-kind.js';
import { READOUT_LAYOUTS, type Readout } from '../../network/readouts.js';
import type { Task, TaskSettings } from '../task.js';
import { measure } from './metrics.js';
import { requireEveryClass } from './require-every-class.js';
import { summarySchema } from './summary.js';
import { targetMaker } from './targets.js';
import { classificationTraining } from './training-schema.js';

/** One class for a sequence. */
export const classification = {
  loss: ({ training }) => training.loss,
  outputs: ({ labels }) => labels.length,
  summarySchema,
  training: classificationTraining,
  functions: { train: 'train', evaluate: 'evaluateBundle' },
  commands: {
    train: null,
    crossvalidate: null,
    evaluate: null,
    classify: null,
    batch: null,
    serve: null,
    watch: null,
    quantize: null,
    export: null,
    generate: {
      because: 'names classes and does not write',
      fix: 'Give a language model, such as the one that ships: --model shakespeare.',
    },
    translate: {
      because: 'names classes and does not translate',
      fix: 'Give a translation model: `clipstep train multi30k` makes one.',
    },
  },
  readsPairs: false,
  contradictions,
  examples: {
    requireLearnable: requireEveryClass,
    targetMaker,
    scoreEpoch: ({ logits, examples, labels }) => {
      const { logLoss, accuracy } = measure({ logits, truth: examples.map(({ label }) => label), labels });
      return { loss: logLoss, accuracy, cost: logLoss };
    },
  },
} satisfies Task;

function contradictions({ recurrent: { readout, upper }, training }: TaskSettings): Contradiction[] {
  const found: Contradiction[] = [];
  const message = 'must be another: every gives an answer for each timestep, and a clip has one class';
  const isEvery = (name: Readout) => READOUT_LAYOUTS[name].everyTimestep;
  if (isEvery(readout)) found.push({ path: ['recurrent', 'readout'], message });
  if (upper && isEvery(upper.readout)) found.push({ path: ['recurrent', 'upper', 'readout'], message });
  if (training.sampler === 'balanced' && training.classWeights === 'balanced') {
    const twice = 'must be none when training.sampler is balanced: rare classes would count twice over';
    found.push({ path: ['training', 'classWeights'], message: twice });
  }
  return found;
}
