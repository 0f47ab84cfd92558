import type { SizeFigure } from '../crossvalidate/sizes.js';
import type { FoldFigure } from '../crossvalidate/summarize-folds.js';
import { inputOf } from '../inputs/input-kinds.js';
import type { Pipeline } from '../pipeline/schema.js';
import { percent } from '../platform/percent.js';
import type { Baselines } from '../tasks/classification/baselines.js';
import type { Evaluation } from '../tasks/classification/evaluation.js';
import { accuracyBars } from './accuracy-bars.js';
import { BASELINE_WORDS, baselineSentences, intervalHead } from './baseline-words.js';
import { confusionTable } from './confusion.js';
import type { Highlights } from './highlights.js';
import type { DrawChart } from './open-charts.js';
import { charts, columns, section, table, text } from './page.js';
import { reliabilityPlot } from './reliability.js';
import type { TaskSections } from './report-html.js';
import { sizeSection } from './size-section.js';
import { attentionChart, type Strip, stripFigure, widestStrip } from './strips.js';
import { foldColumns } from './summary-words.js';
import { calibrationSentence } from './words.js';

/** What a page shows of classification; what is absent is left out. */
export interface ClassificationFigures {
  readonly labels: readonly string[];
  /** Null when nothing was tested. */
  readonly evaluation: Evaluation | null;
  readonly baselines: Baselines | null;
  readonly folds?: readonly FoldFigure[] | undefined;
  readonly sizes?: readonly SizeFigure[] | undefined;
  readonly highlights: Highlights<Strip>;
}

/** As HTML, those of the results before those of the details. */
export function classificationSections(
  { labels, evaluation, baselines, folds, sizes = [], highlights }: ClassificationFigures,
  { pipeline, draw }: { pipeline: Pipeline; draw: DrawChart },
): TaskSections {
  const strips = (clips: readonly Strip[]) => ({
    widest: widestStrip(clips),
    drawn: clips.map((strip) => drawnStrip(strip, { labels, draw })),
  });
  return {
    results: [
      sizes.length > 0 ? sizeSection(sizes, draw) : '',
      baselines ? baselineSection(baselines, draw) : '',
      folds ? foldsSection(folds, draw) : '',
    ],
    details: [
      evaluation ? evaluationSections(evaluation, { labels, draw }) : '',
      stripsSection('Most confident errors', strips(highlights.errors), pipeline),
      stripsSection('Most confident correct answers', strips(highlights.hits), pipeline),
    ],
  };
}

function baselineSection(baselines: Baselines, draw: DrawChart): string {
  const bars = baselines.classifiers.map(({ name, accuracy, interval }) => ({
    name: BASELINE_WORDS[name],
    accuracy,
    interval,
  }));
  const rows = bars.map(({ name, accuracy, interval: [low, high] }) => [
    ...[name, { number: percent(accuracy) }, { number: `${percent(low)} to ${percent(high)}` }],
  ]);
  return section(
    'What it has to beat',
    baselineSentences(baselines)
      .map((sentence) => `<p>${sentence}</p>`)
      .join('\n'),
    charts([
      draw(accuracyBars('Accuracy of each classifier', bars)),
      table(['classifier', { number: 'accuracy' }, { number: intervalHead(baselines) }], rows),
    ]),
  );
}

function foldsSection(folds: readonly FoldFigure[], draw: DrawChart): string {
  const isRepeated = folds.some(({ repeat }) => repeat > 1);
  const bars = folds.map(({ repeat, fold, accuracy }) => ({
    name: `${isRepeated ? `${repeat}.` : ''}${fold}: ${percent(accuracy)}`,
    accuracy,
  }));
  return section(
    'Folds',
    isRepeated ? '<p>2.3 is the third fold of the second repeat.</p>' : '',
    charts([draw(accuracyBars('Accuracy of each repeat and fold', bars))]),
    foldTable(folds),
  );
}

function foldTable(folds: readonly FoldFigure[]): string {
  const columns = foldColumns(folds);
  const rows = folds.map((_, row) =>
    columns.map(({ isNumber, cells }) => (isNumber ? { number: cells[row]! } : text(cells[row]!))),
  );
  const head = columns.map(({ isNumber, name }) => (isNumber ? { number: name } : name));
  return columns.length === 0 ? '' : table(head, rows);
}

function evaluationSections(
  evaluation: NonNullable<ClassificationFigures['evaluation']>,
  { labels, draw }: { labels: readonly string[]; draw: DrawChart },
): string {
  const share = (value: number | null) => ({ number: value === null ? '-' : percent(value) });
  const rows = evaluation.classes.map(({ label, examples, precision, recall, f1 }) => [
    ...[text(label), { number: examples }, share(precision), share(recall), share(f1)],
  ]);
  const classes = section(
    'Classes',
    table(['class', ...['examples', 'precision', 'recall', 'F1'].map((number) => ({ number }))], rows),
  );
  const calibration = section(
    'Can its probabilities be trusted?',
    `<p>${calibrationSentence(evaluation)}</p>
<p>On the diagonal, answers are right as often as their probability says. A larger dot stands for more examples.
The calibration error is the mean distance from the diagonal.</p>`,
    charts([draw(reliabilityPlot(evaluation.calibration))]),
  );
  const confusion = section(
    'Confusion matrix',
    '<p>Rows are the true classes, columns the predicted ones.</p>',
    confusionTable(evaluation, labels),
  );
  return [columns([classes, calibration]), confusion].join('\n');
}

function stripsSection(
  title: string,
  { drawn, widest }: { drawn: readonly string[]; widest: number },
  { input }: Pipeline,
): string {
  const { illustrationNote } = inputOf(input);
  const note = illustrationNote === undefined ? '' : `<p class="muted">${illustrationNote}</p>`;
  if (drawn.length === 0) return '';
  return section(title, note, `<div class="films" style="--most: ${widest}">${drawn.join('\n')}</div>`);
}

function drawnStrip(strip: Strip, { labels, draw }: { labels: readonly string[]; draw: DrawChart }): string {
  const chart = attentionChart(strip);
  return stripFigure(strip, { labels, attention: chart && draw(chart) });
}
