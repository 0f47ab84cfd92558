import { stringify as stringifyYaml } from 'yaml';
import type { Leak } from '../evaluate/leaks.js';
import type { Pipeline } from '../pipeline/schema.js';
import type { EpochRecord } from '../train/checkpoint.js';
import { type Headline, headlineCard } from './headline.js';
import { learningCurves, stageCount } from './learning-curves.js';
import { type DrawChart, openCharts } from './open-charts.js';
import { charts, escapeHtml, htmlPage, section, table, text, tiles, top } from './page.js';
import { stageSentences } from './stage-words.js';
import { entriesText, type LeakNotice, leakNotices } from './words.js';

/** What there is to say of a training, an evaluation or a cross-validation; what is absent is left out. */
export interface Report {
  /** Of what it is a report. */
  readonly title: string;
  /** The one figure; null when nothing was tested. */
  readonly headline: Headline | null;
  /** Figures beside it, by name. */
  readonly further: ReadonlyArray<readonly [name: string, value: string]>;
  /** What else there is to say, a sentence each. */
  readonly sentences: readonly string[];
  /** Of the results, as the pipeline's task has them. */
  readonly sections: (page: { pipeline: Pipeline; draw: DrawChart }) => TaskSections;
  readonly epochs?: readonly EpochRecord[] | undefined;
  readonly leaks: readonly Leak[];
  readonly skipped: ReadonlyArray<{ readonly path: string; readonly problem: string }>;
  /** Seed, versions, and what else the figures depend on. */
  readonly facts: ReadonlyArray<readonly [name: string, value: string]>;
  /** As it was adjusted. */
  readonly pipeline: Pipeline;
}

/** As HTML: the results before the learning curves, details after them. */
export interface TaskSections {
  readonly results: readonly string[];
  readonly details: readonly string[];
}

/** A report as a page of HTML, see page.ts. Its figures are those that it is given: it computes none. */
export async function reportHtml(report: Report): Promise<string> {
  const { title, headline, further, sentences, pipeline, sections, epochs } = report;
  const draw = await openCharts();
  const { results, details } = sections({ pipeline, draw });
  return htmlPage({
    title,
    body: [
      pipeline.description === undefined ? '' : `<p>${text(pipeline.description.trim())}</p>`,
      top([headline ? headlineCard(headline) : '', notices(report)], tiles(further)),
      ...sentences.map((sentence) => `<p>${text(sentence)}</p>`),
      ...results,
      epochs ? curvesSection(epochs, { pipeline, draw }) : '',
      ...details,
      settingsSection(report),
    ],
  });
}

/** Entries that are named; metrics.json names all. */
const NAMED_SKIPPED = 20;

/** What makes the figures doubtful, right below them. */
function notices({ leaks, skipped }: Report): string {
  const items = skipped
    .slice(0, NAMED_SKIPPED)
    .map(({ path, problem }) => `<li>${text(path)}: ${text(problem)}</li>`);
  const more = skipped.length > NAMED_SKIPPED ? `<li>and ${skipped.length - NAMED_SKIPPED} more</li>` : '';
  return [
    ...leakNotices(leaks).map(leakNotice),
    skipped.length > 0
      ? `<details class="notice"><summary>${entriesText(skipped)} left out</summary><ul>${items.join('\n')}${more}</ul></details>`
      : '',
  ].join('\n');
}

function leakNotice({ what, pairs, advice }: LeakNotice): string {
  const items = pairs.map((pair) => `<li>${text(pair)}</li>`);
  return `<div class="notice"><p>${escapeHtml(what)}</p><ul>${items.join('\n')}</ul><p>${escapeHtml(advice)}</p></div>`;
}

/** Also for language: what each stage does stands above the curves. */
export function curvesSection(
  epochs: readonly EpochRecord[],
  { pipeline, draw }: { pipeline: Pipeline; draw: DrawChart },
): string {
  const sentences = stageSentences(pipeline, stageCount(epochs));
  const drawn = learningCurves(epochs, pipeline).map(draw);
  return section('Learning curves', `<p>${escapeHtml(sentences.join(' '))}</p>`, charts(drawn));
}

function settingsSection({ facts, pipeline }: Report): string {
  return section(
    'How it was made',
    table(
      [],
      facts.map(([name, value]) => [name, text(value)]),
    ),
    `<details><summary>The whole pipeline</summary><pre>${escapeHtml(stringifyYaml(pipeline))}</pre></details>`,
  );
}
