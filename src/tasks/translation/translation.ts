import type { Contradiction } from '../../inputs/input-kind.js';
import { MARKERS } from '../../inputs/text/vocabulary.js';
import { READOUT_LAYOUTS } from '../../network/readouts.js';
import { SOFTMAX_LOSSES } from '../../network/softmax.js';
import type { Refusal } from '../model-commands.js';
import type { Task, TaskSettings } from '../task.js';
import { translationFiguresSchema } from './figures.js';

const TRANSLATES: Refusal = {
  because: 'translates and knows no classes',
  fix: 'Use `clipstep translate`.',
};

/** A text from another: a translation, or an answer. */
export const translation = {
  loss: ({ recurrent: { softmax } }) => SOFTMAX_LOSSES[softmax?.kind ?? 'full'],
  outputs: ({ vocabulary = [] }) => MARKERS + vocabulary.length,
  summarySchema: translationFiguresSchema,
  training: {},
  functions: { train: 'trainTranslation', evaluate: 'evaluateTranslation' },
  commands: {
    train: null,
    crossvalidate: {
      because: 'learns from pairs of texts, whose parts are given',
      fix: 'Train it; of a table of pairs, give other shares by --set split.test=0.2.',
    },
    evaluate: null,
    classify: TRANSLATES,
    batch: TRANSLATES,
    serve: TRANSLATES,
    watch: TRANSLATES,
    quantize: null,
    export: TRANSLATES,
    generate: {
      because: 'writes what follows from another text',
      fix: 'Give it that by `clipstep translate`.',
    },
    translate: null,
  },
  readsPairs: true,
  contradictions,
  examples: null,
} satisfies Task;

function contradictions({ input, recurrent, training }: TaskSettings): Contradiction[] {
  const found: Contradiction[] = [];
  const at = (path: string[], message: string) => found.push({ path, message });
  if (input.kind !== 'text') at(['input', 'kind'], 'must be text when task is translation');
  if (!READOUT_LAYOUTS[recurrent.readout].everyTimestep) {
    at(['recurrent', 'readout'], 'must be every when task is translation: each token is followed by another');
  }
  if (recurrent.bidirectional) {
    at(['recurrent', 'bidirectional'], 'must be false when task is translation: what comes next is not read');
  }
  if (input.sentences) at(['input', 'sentences'], 'must be left out when task is translation');
  if (recurrent.upper) at(['recurrent', 'upper'], 'must be left out when task is translation');
  if (recurrent.tied && recurrent.units !== input.embedding) {
    at(['recurrent', 'tied'], 'needs an input.embedding of as many numbers as recurrent.units');
  }
  if (training.networks > 1) at(['training', 'networks'], 'must be 1 when task is translation');
  return found;
}
