import type { Contradiction } from '../../inputs/input-kind.js';
import { MARKERS } from '../../inputs/text/vocabulary.js';
import { READOUT_LAYOUTS } from '../../network/readouts.js';
import { SOFTMAX_LOSSES } from '../../network/softmax.js';
import type { Refusal } from '../model-commands.js';
import type { Task, TaskSettings } from '../task.js';
import { figuresSchema } from './figures.js';
import { languageTraining } from './training-schema.js';

const WRITES: Refusal = {
  because: 'writes text and knows no classes',
  fix: 'Use `clipstep generate`.',
};

/** What comes next in a running text, token by token. */
export const language = {
  loss: ({ recurrent: { softmax } }) => SOFTMAX_LOSSES[softmax?.kind ?? 'full'],
  outputs: ({ vocabulary = [] }) => MARKERS + vocabulary.length,
  summarySchema: figuresSchema,
  training: languageTraining,
  functions: { train: 'trainLanguage', evaluate: 'evaluateLanguage' },
  commands: {
    train: null,
    crossvalidate: {
      because: 'learns from one running text, which has no examples to make folds of',
      fix: 'Train it, and give other shares of the text by --set split.test=0.2.',
    },
    evaluate: null,
    classify: WRITES,
    batch: WRITES,
    serve: WRITES,
    watch: WRITES,
    quantize: null,
    export: WRITES,
    generate: null,
    translate: {
      because: 'writes text and reads no other one for it',
      fix: 'Give a translation model: `clipstep train multi30k` makes one.',
    },
  },
  readsPairs: false,
  contradictions,
  examples: null,
} satisfies Task;

function contradictions({ input, recurrent, training }: TaskSettings): Contradiction[] {
  const found: Contradiction[] = [];
  const at = (path: string[], message: string) => found.push({ path, message });
  if (input.kind !== 'text') at(['input', 'kind'], 'must be text when task is language');
  if (!READOUT_LAYOUTS[recurrent.readout].everyTimestep) {
    at(['recurrent', 'readout'], 'must be every when task is language: each token is followed by another');
  }
  if (recurrent.bidirectional) {
    at(['recurrent', 'bidirectional'], 'must be false when task is language: what comes next is not read');
  }
  if (input.sentences) {
    at(['input', 'sentences'], 'must be left out when task is language: a running text is read in strands');
  }
  if (recurrent.upper) at(['recurrent', 'upper'], 'must be left out when task is language');
  if (recurrent.tied && recurrent.units !== input.embedding) {
    at(['recurrent', 'tied'], 'needs an input.embedding of as many numbers as recurrent.units');
  }
  if (training.timesteps === undefined) {
    at(
      ['training', 'timesteps'],
      'must be given when task is language: how many tokens of a strand a step reads',
    );
  }
  if (training.networks > 1) at(['training', 'networks'], 'must be 1 when task is language');
  return found;
}
