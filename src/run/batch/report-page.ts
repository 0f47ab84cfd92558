import type { Metrics } from '../metrics.js';
import type { Answer } from './row.js';
import type { BatchSummary } from './summary.js';

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
  const { clips, classified, undecided, failed, metrics } = summary;
  const counts = `${clips} clips: ${classified} classified, ${failed} failed, ${undecided} undecided`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
<meta name="viewport" content="width=device-width">
<title>Clipstep: ${escapeHtml(source)}</title>
<style>${STYLE}</style>
</head>
<body>
<h1>${text(source)}</h1>
<p>${counts}</p>
${classesSection(summary)}
${metrics ? metricsSection(metrics, labels) : ''}
${failuresSection(summary)}
${leastCertainSection(leastCertain)}
</body>
</html>
`;
}

const STYLE = `
body { font: 15px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; color: #222 }
table { border-collapse: collapse } td, th { padding: .15rem .6rem; text-align: left; vertical-align: top }
.bar { background: #4a7; height: .8rem; display: inline-block } .number { text-align: right }
.grid { display: grid; grid-template-columns: repeat(auto-fill, minmax(11rem, 1fr)); gap: 1rem }
figure { margin: 0 } figcaption { font-size: 13px; overflow-wrap: anywhere } img, .none { width: 100%; aspect-ratio: 1; background: #eee }
.none { display: block } .wrong { color: #b00 }
`;

function classesSection({ labels }: BatchSummary): string {
  const most = Math.max(1, ...labels.map(({ clips }) => clips));
  const rows = labels.map(({ label, clips }) => {
    const bar = `<span class="bar" style="width: ${((20 * clips) / most).toFixed(2)}rem"></span>`;
    return `<tr><td>${text(label)}</td><td class="number">${clips}</td><td>${bar}</td></tr>`;
  });
  return section('Classes', rows.length > 0 ? `<table>${rows.join('\n')}</table>` : '');
}

function metricsSection(
  { examples, accuracy, interval, confusion }: Metrics,
  labels: readonly string[],
): string {
  const [low, high] = interval.map(percent);
  // With many classes, those without a clip would hide the others.
  const shown = [...labels.keys()].filter(
    (index) => confusion[index]!.some((count) => count > 0) || confusion.some((row) => row[index]! > 0),
  );
  const head = shown.map((index) => `<th>${text(labels[index]!)}</th>`).join('');
  const rows = shown.map((truth) => {
    const cells = shown.map((predicted) => `<td class="number">${confusion[truth]![predicted] || ''}</td>`);
    return `<tr><th>${text(labels[truth]!)}</th>${cells.join('')}</tr>`;
  });
  return section(
    'Accuracy',
    `<p>${percent(accuracy)} on ${examples} whose class is given (95 % interval ${low} to ${high}). Rows are the given
classes, columns the found ones.</p><table><tr><th></th>${head}</tr>${rows.join('\n')}</table>`,
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
    const answer = `${text(label ?? `undecided (${top[0]!.label})`)} ${percent(probability)}`;
    return `<figure>${picture}<figcaption>${text(id)}<br>${answer}${given}</figcaption></figure>`;
  });
  return section('Least certain', figures.length > 0 ? `<div class="grid">${figures.join('\n')}</div>` : '');
}

function section(title: string, content: string): string {
  return content === '' ? '' : `<h2>${title}</h2>\n${content}`;
}

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;

const ENTITIES: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Text as it is, kept from turning the direction of what follows. */
function text(value: string): string {
  return `<bdi>${escapeHtml(value)}</bdi>`;
}

function escapeHtml(value: string): string {
  return value.replace(/[&<>"']/g, (character) => ENTITIES[character]!);
}
