import type { Film, Illustration, Passage } from '../inputs/input-kind.js';
import { sentencesOf } from '../inputs/text/attended-sentences.js';
import { percent } from '../platform/percent.js';
import type { Prediction } from '../tasks/classification/predictions.js';
import { largest } from '../tensors/largest.js';
import { type Chart, COLOURS } from './chart.js';
import { confidenceOf } from './highlights.js';
import { escapeHtml, text } from './page.js';

/** An example that is shown with what was said of it. */
export interface Strip {
  readonly prediction: Prediction;
  /** Null when it cannot be read any more. */
  readonly shown: Illustration | null;
}

/**
 * A bar for each timestep, as wide together as the pictures below, an even share being half as high as the chart
 * or less; null where the network does not attend, and of a text, whose pieces show it themselves.
 */
export function attentionChart({ prediction: { attention }, shown }: Strip): Chart | null {
  if (!attention || shown?.kind !== 'film') return null;
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
  { prediction, shown }: Strip,
  { labels, attention }: { labels: readonly string[]; attention: string | null },
): string {
  return `<figure><figcaption>${caption(prediction, labels)}${shown ? attentionWords(prediction, shown) : ''}</figcaption>
${shown ? illustrationHtml(shown, { prediction, chart: attention }) : '<p class="muted">It cannot be read any more.</p>'}</figure>`;
}

function illustrationHtml(
  shown: Illustration,
  { prediction, chart }: { prediction: Prediction; chart: string | null },
): string {
  switch (shown.kind) {
    case 'film':
      return filmHtml(shown, chart);
    case 'passage':
      return passageHtml(shown, prediction);
  }
}

function caption(prediction: Prediction, labels: readonly string[]): string {
  const { example, probabilities, classifiers } = prediction;
  const said = `${text(labels[classifiers.network!]!)} ${percent(confidenceOf(prediction))}`;
  if (classifiers.network === example.label) return `${text(example.id)}: ${said}`;
  const truth = `${text(labels[example.label]!)} (${percent(probabilities[example.label]!)})`;
  return `${text(example.id)}: <span class="wrong">${said}</span>, but it is ${truth}`;
}

function attentionWords({ attention }: Prediction, shown: Illustration): string {
  if (!attention) return '';
  const most = largest(attention);
  const index = attention.indexOf(most);
  const words = (where: string, place: string) =>
    `<br><span class="muted">Attention, ${where}: most ${place} (${percent(most)})</span>`;
  switch (shown.kind) {
    case 'film': {
      const time = shown.timesSeconds?.[index];
      return words(
        'above the frames',
        time === undefined ? `at timestep ${index + 1}` : `at ${time.toFixed(1)} s`,
      );
    }
    case 'passage':
      return words(
        shown.sentences ? 'by the shade, with the share of each sentence' : 'by the shade',
        `on ${text(shown.pieces[index] ?? '')}`,
      );
  }
}

/** Pictures that a texts' strip is as wide as. */
const PASSAGE_PICTURES = 16;

/** Pictures side by side in the widest of some strips, by which as many are put beside one another as fit. */
export const widestStrip = (strips: readonly Strip[]): number =>
  largest(
    strips.map(({ shown }) => (shown?.kind === 'passage' ? PASSAGE_PICTURES : (shown?.pictures.length ?? 1))),
  );

function filmHtml({ pictures }: Film, attention: string | null): string {
  const images = pictures.map((picture) => `<img alt="" src="data:image/jpeg;base64,${picture}">`);
  // Stretched over the pictures, however wide these are.
  const bars = attention?.replace('<svg ', '<svg preserveAspectRatio="none" ') ?? '';
  return `<div class="scroll"><div class="film" style="--frames: ${pictures.length}">${bars}${images.join('')}</div></div>`;
}

/** Its pieces, the darker the more of the attention they have, the most of all being the darkest. */
function passageHtml(shown: Passage, { attention }: Prediction): string {
  const { pieces, between, sentences = [pieces.length] } = shown;
  const most = attention ? largest(attention) : 1;
  const shaded = pieces.map((piece, index) =>
    shade(escapeHtml(piece), attention ? attention[index]! / most : 0),
  );
  const shares = attention && sentencesOf(shown, attention)?.map((sentence) => sentence.attention);
  const mostOfSentence = shares ? largest(shares) : 1;
  let start = 0;
  const lines = sentences.map((length, index) => {
    const words = shaded.slice(start, start + length).join(between);
    start += length;
    const share = shares?.[index];
    return share === undefined ? words : `${shade(percent(share), share / mostOfSentence)} ${words}`;
  });
  return `<p class="passage"><bdi>${lines.join('<br>')}</bdi></p>`;
}

/** @param share of the darkest shade, 0 to 1. */
const shade = (html: string, share: number): string =>
  `<span class="share" style="--share: ${(100 * share).toFixed(0)}%">${html}</span>`;
