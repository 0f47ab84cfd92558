import type { Film } from '../inputs/input-kind.js';
import { percent } from '../platform/percent.js';
import type { Prediction } from '../tasks/classification/predictions.js';
import { largest } from '../tensors/largest.js';
import { type Chart, COLOURS } from './chart.js';
import { confidenceOf } from './highlights.js';
import { text } from './page.js';

/** A clip that is shown with what was said of it. */
export interface Strip {
  readonly prediction: Prediction;
  /** Null when its frames cannot be had any more. */
  readonly film: Film | null;
}

/**
 * A bar for each timestep, as wide together as the pictures below, an even share being half as high as the chart
 * or less; null where the network does not attend.
 */
export function attentionChart({ prediction: { attention }, film }: Strip): Chart | null {
  if (!attention || !film) return null;
  return {
    label: `Attention over ${attention.length} timesteps`,
    width: 800,
    height: 48,
    option: {
      grid: { left: 0, right: 0, top: 0, bottom: 0 },
      xAxis: { type: 'category', show: false, data: attention.map((_, index) => index) },
      yAxis: { type: 'value', show: false, min: 0, max: Math.max(2 / attention.length, largest(attention)) },
      series: [{ type: 'bar', silent: true, color: COLOURS.second, barWidth: '90%', data: [...attention] }],
    },
  };
}

/** @param attention the drawn chart of its attention; null without one. */
export function stripFigure(
  { prediction, film }: Strip,
  { labels, attention }: { labels: readonly string[]; attention: string | null },
): string {
  return `<figure><figcaption>${caption(prediction, labels)}${attentionWords(prediction, film)}</figcaption>
${film ? filmHtml(film, attention) : '<p class="muted">Its frames cannot be read any more.</p>'}</figure>`;
}

function caption(prediction: Prediction, labels: readonly string[]): string {
  const { example, probabilities, classifiers } = prediction;
  const said = `${text(labels[classifiers.network!]!)} ${percent(confidenceOf(prediction))}`;
  if (classifiers.network === example.label) return `${text(example.id)}: ${said}`;
  const truth = `${text(labels[example.label]!)} (${percent(probabilities[example.label]!)})`;
  return `${text(example.id)}: <span class="wrong">${said}</span>, but it is ${truth}`;
}

function attentionWords({ attention }: Prediction, film: Film | null): string {
  if (!attention || !film) return '';
  const most = largest(attention);
  const time = film.timesSeconds?.[attention.indexOf(most)];
  const place = time === undefined ? `at timestep ${attention.indexOf(most) + 1}` : `at ${time.toFixed(1)} s`;
  return `<br><span class="muted">Attention, above the frames: most ${place} (${percent(most)})</span>`;
}

function filmHtml({ pictures }: Film, attention: string | null): string {
  const images = pictures.map((picture) => `<img alt="" src="data:image/jpeg;base64,${picture}">`);
  // Stretched over the pictures, however wide these are.
  const bars = attention?.replace('<svg ', '<svg preserveAspectRatio="none" ') ?? '';
  return `<div class="scroll"><div class="film" style="--frames: ${pictures.length}">${bars}${images.join('')}</div></div>`;
}
