import { jpegInBase64 } from '../../src/media/images/jpeg.js';
import {
  type ClassificationFigures,
  classificationSections,
} from '../../src/report/classification-sections.js';
import type { Report } from '../../src/report/report-html.js';
import type { Strip } from '../../src/report/strips.js';
import { measureBaselines } from '../../src/tasks/classification/baselines.js';
import { assess } from '../../src/tasks/classification/evaluation.js';
import { classifiersOf, logitsOf, type Prediction } from '../../src/tasks/classification/predictions.js';
import { tinyPipeline } from './tiny-bundle.js';

/** Names that would be markup if anybody let them. */
export const EVIL_LABEL = '<img src=x onerror=alert(1)>';
export const EVIL_FILE = '"><script>alert(2)</script>.mp4';

const labels = [EVIL_LABEL, 'a class with quite a long name'];
const FRAMES = 16;

/** Of eight clips, with all that a report can show; the last two were taken for the other class. */
export async function sampleFigures() {
  const predictions = Array.from({ length: 8 }, (_, index) => predictionOf(index));
  const examples = predictions.map(({ example }) => example);
  const picture = await jpegInBase64(new Uint8Array(32 * 32 * 3).fill(90), { side: 32 });
  const shown = {
    kind: 'film' as const,
    pictures: Array.from({ length: FRAMES }, () => picture),
    timesSeconds: Array.from({ length: FRAMES }, (_, frame) => frame / 10),
  };
  const strips = (chosen: readonly Prediction[]): Strip[] =>
    chosen.map((prediction) => ({ prediction, shown }));
  return {
    labels,
    evaluation: assess({ examples, logits: logitsOf(predictions), labels, seed: 1 }),
    baselines: measureBaselines({ examples, predictions: classifiersOf(predictions), seed: 1 }),
    folds: [1, 2].map((fold) => ({
      repeat: 1,
      fold,
      seed: 1,
      examples: 4,
      accuracy: fold / 2,
      temperature: 1,
    })),
    highlights: { errors: strips(predictions.slice(6)), hits: strips(predictions.slice(0, 2)) },
  };
}

/** A report with all that a report can have. */
export const sampleReport = (figures: ClassificationFigures): Report => ({
  title: 'tiny',
  headline: { share: 0.75, of: 'of 8 test clips are right', interval: [0.4, 0.93], method: 'Wilson score' },
  further: [
    ['Balanced accuracy', '75.0 %'],
    ['Macro F1', '0.750'],
    ['Log loss', '0.912 nats'],
    ['Calibration error', '10.0 % (temperature 1.10)'],
  ],
  sentences: ['With a threshold of 80.0 %, 50.0 % get an answer.'],
  sections: (page) => classificationSections(figures, page),
  epochs: [1, 2, 3].map((epoch) => ({
    stage: epoch > 2 ? 1 : 0,
    epoch,
    trainLoss: 1 / epoch,
    trainAccuracy: 0.3 * epoch,
    validationLoss: 1.2 / epoch,
    validationAccuracy: 0.25 * epoch,
    seconds: 1,
  })),
  leaks: [{ kind: 'content', ids: [EVIL_FILE, 'other.mp4'], parts: ['train', 'test'] }],
  skipped: [{ path: EVIL_FILE, problem: 'It is <empty>.' }],
  facts: [['seed', '1']],
  pipeline: { ...tinyPipeline, description: 'For <b>tests</b>.' },
});

function predictionOf(index: number): Prediction {
  const label = index % 2;
  const said = index < 6 ? label : 1 - label;
  const sure = 0.6 + 0.05 * index;
  const weights = Array.from({ length: FRAMES }, (_, frame) => 1 + ((frame * 5 + index) % 7));
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return {
    example: { id: index === 7 ? EVIL_FILE : `clip-${index}.mp4`, group: `group-${index}`, label },
    probabilities: said === 0 ? [sure, 1 - sure] : [1 - sure, sure],
    classifiers: { majority: 0, mean: index < 4 ? label : 1 - label, shuffled: 0, network: said },
    attention: weights.map((weight) => weight / sum),
  };
}
