import { counted } from '../platform/counted.js';
import { percent } from '../platform/percent.js';
import type { Answer } from '../predict/batch/row.js';
import type { BatchSummary } from '../predict/batch/summarize-rows.js';
import type { Metrics } from '../tasks/classification/metrics.js';
import { largest } from '../tensors/largest.js';
import { confusionTable } from './confusion.js';
import { batchHeadline, headlineCard } from './headline.js';
import { htmlPage, section, table, text } from './page.js';

export interface ReportedClip extends Pick<Answer, 'label' | 'probability' | 'top'> {
  readonly id: string;
  readonly truth: string | undefined;
  /** A JPEG in base64; null where there is none. */
  readonly thumbnail: string | null;
  /** Where it is a text, that text. */
  readonly text?: string | undefined;
}

export interface Report {
  readonly source: string;
  /** What one input is called. */
  readonly noun: string;
  /** The model's. */
  readonly labels: readonly string[];
  readonly summary: BatchSummary;
  /** Wrong answers, the most probable ones first. */
  readonly confidentErrors: readonly ReportedClip[];
  readonly leastCertain: readonly ReportedClip[];
}

/** A batch's results as a page of HTML, which loads nothing: names in it can be anybody's. */
export function reportPage(report: Report): string {
  const { source, noun, labels, summary, confidentErrors, leastCertain } = report;
  const { metrics } = summary;
  return htmlPage({
    title: source,
    body: [
      metrics ? headlineCard(batchHeadline(metrics)) : '',
      `<p>${countsText(summary, noun)}</p>`,
      failuresSection(summary),
      classesSection(summary),
      metrics ? confusionSection(metrics, labels) : '',
      clipsSection('Most confident errors', confidentErrors),
      clipsSection('Least certain', leastCertain),
    ],
  });
}

/** What came of all inputs; what did not occur is left out. */
function countsText(summary: BatchSummary, noun: string): string {
  const { clips, classified, windows, unknown, unlike, failed } = summary;
  const parts = [
    windows === null
      ? `${classified} classified`
      : `${classified} classified by ${counted(windows, 'window')}`,
    ...(unknown > 0 ? [`${unknown} of them unknown`] : []),
    ...(unlike > 0 ? [`${unlike} of these unlike what the model was trained on`] : []),
    ...(failed > 0 ? [`${failed} failed`] : []),
  ];
  return `${counted(clips, noun)}: ${parts.join(', ')}.`;
}

function classesSection({ labels, windows }: BatchSummary): string {
  const most = Math.max(1, largest(labels.map(({ clips }) => clips)));
  const rows = labels.map(({ label, clips }) => {
    const bar = `<span class="bar" style="width: ${((20 * clips) / most).toFixed(2)}rem"></span>`;
    return [text(label), { number: clips }, bar];
  });
  return section(
    windows === null ? 'Classes found' : 'Classes found in windows',
    rows.length > 0 ? table([], rows) : '',
  );
}

const confusionSection = (metrics: Metrics, labels: readonly string[]): string =>
  section(
    'Confusion matrix',
    '<p>Rows are the given classes, columns the predicted ones.</p>',
    confusionTable(metrics, labels),
  );

function failuresSection({ failures }: BatchSummary): string {
  const kinds = failures.map(({ code, clips, examples }) => {
    const items = examples.map(({ message }) => `<li>${text(message)}</li>`);
    return `<h3>${text(code)}: ${clips}</h3><ul>${items.join('\n')}</ul>`;
  });
  return kinds.length === 0 ? '' : `<div class="notice">${section('Failures', kinds.join('\n'))}</div>`;
}

function clipsSection(title: string, clips: readonly ReportedClip[]): string {
  const figures = clips.map((clip) => {
    const { id, label, truth, probability, top } = clip;
    const isWrong = truth !== undefined && top[0]!.label !== truth;
    const given =
      truth === undefined ? '' : `<br><span${isWrong ? ' class="wrong"' : ''}>given: ${text(truth)}</span>`;
    const answer = `${text(label ?? `unknown (${top[0]!.label})`)} ${percent(probability)}`;
    return `<figure>${shownOf(clip)}<figcaption>${text(id)}<br>${answer}${given}</figcaption></figure>`;
  });
  return section(title, figures.length > 0 ? `<div class="grid">${figures.join('\n')}</div>` : '');
}

/** Characters of a text that are shown. */
const SHOWN_CHARACTERS = 300;

function shownOf({ thumbnail, text: whole }: ReportedClip): string {
  if (thumbnail) return `<img alt="" src="data:image/jpeg;base64,${thumbnail}">`;
  if (whole === undefined) return '<span class="none"></span>';
  const start = [...whole].slice(0, SHOWN_CHARACTERS).join('');
  return `<p>${text(start.length < whole.length ? `${start}…` : whole)}</p>`;
}
