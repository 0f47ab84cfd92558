import { counted } from '../platform/counted.js';
import { percent } from '../platform/percent.js';
import type { Answer } from '../predict/batch/row.js';
import type { BatchSummary } from '../predict/batch/summarize-rows.js';
import type { Metrics } from '../tasks/classification/metrics.js';
import { largest } from '../tensors/largest.js';
import { confusionTable } from './confusion.js';
import { htmlPage, section, table, text } from './page.js';

export interface ReportedClip extends Pick<Answer, 'label' | 'probability' | 'top'> {
  readonly id: string;
  readonly truth: string | undefined;
  /** A JPEG in base64; null where there is none. */
  readonly thumbnail: string | null;
}

export interface Report {
  readonly source: string;
  /** The model's. */
  readonly labels: readonly string[];
  readonly summary: BatchSummary;
  readonly leastCertain: readonly ReportedClip[];
}

/** A batch's results as a page of HTML, which loads nothing: names in it can be anybody's. */
export function reportPage({ source, labels, summary, leastCertain }: Report): string {
  const { clips, classified, unknown, failed, metrics } = summary;
  const counts = `${counted(clips, 'clip')}: ${classified} classified, ${failed} failed, ${unknown} unknown`;
  return htmlPage({
    title: source,
    body: [
      `<p>${counts}</p>`,
      classesSection(summary),
      metrics ? metricsSection(metrics, labels) : '',
      failuresSection(summary),
      leastCertainSection(leastCertain),
    ],
  });
}

function classesSection({ labels }: BatchSummary): string {
  const most = Math.max(1, largest(labels.map(({ clips }) => clips)));
  const rows = labels.map(({ label, clips }) => {
    const bar = `<span class="bar" style="width: ${((20 * clips) / most).toFixed(2)}rem"></span>`;
    return [text(label), { number: clips }, bar];
  });
  return section('Classes', rows.length > 0 ? table([], rows) : '');
}

function metricsSection(metrics: Metrics, labels: readonly string[]): string {
  const { examples, accuracy, interval } = metrics;
  const [low, high] = interval.map(percent);
  return section(
    'Accuracy',
    `<p>${percent(accuracy)} on ${examples} whose class is given (95 % interval ${low} to ${high}). Rows are the given
classes, columns the found ones.</p>`,
    confusionTable(metrics, labels),
  );
}

function failuresSection({ failures }: BatchSummary): string {
  const kinds = failures.map(({ code, clips, examples }) => {
    const items = examples.map(({ message }) => `<li>${text(message)}</li>`);
    return `<h3>${text(code)}: ${clips}</h3><ul>${items.join('\n')}</ul>`;
  });
  return section('Failures', kinds.join('\n'));
}

function leastCertainSection(clips: readonly ReportedClip[]): string {
  const figures = clips.map(({ id, label, truth, probability, top, thumbnail }) => {
    const picture = thumbnail
      ? `<img alt="" src="data:image/jpeg;base64,${thumbnail}">`
      : '<span class="none"></span>';
    const isWrong = truth !== undefined && top[0]!.label !== truth;
    const given =
      truth === undefined ? '' : `<br><span${isWrong ? ' class="wrong"' : ''}>given: ${text(truth)}</span>`;
    const answer = `${text(label ?? `unknown (${top[0]!.label})`)} ${percent(probability)}`;
    return `<figure>${picture}<figcaption>${text(id)}<br>${answer}${given}</figcaption></figure>`;
  });
  return section('Least certain', figures.length > 0 ? `<div class="grid">${figures.join('\n')}</div>` : '');
}
