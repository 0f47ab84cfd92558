import { stringify as stringifyYaml } from 'yaml';
import type { Leak } from '../evaluate/leaks.js';
import type { Pipeline } from '../pipeline/schema.js';
import type { EpochRecord } from '../train/checkpoint.js';
import { learningCurves } from './learning-curves.js';
import { openCharts } from './open-charts.js';
import { charts, escapeHtml, htmlPage, section, table, text } from './page.js';
import { type TaskFigures, taskReportOf } from './task-reports.js';
import { leakText } from './words.js';

/** What there is to say of a training, an evaluation or a cross-validation; what is absent is left out. */
export interface Report {
  /** Of what it is a report. */
  readonly title: string;
  /** What came of it, a sentence each. */
  readonly sentences: readonly string[];
  /** As the pipeline's task has them. */
  readonly figures: TaskFigures;
  readonly epochs?: readonly EpochRecord[] | undefined;
  readonly leaks: readonly Leak[];
  readonly skipped: ReadonlyArray<{ readonly path: string; readonly problem: string }>;
  /** Seed, versions, and what else the figures depend on. */
  readonly facts: ReadonlyArray<readonly [name: string, value: string]>;
  /** As it was adjusted. */
  readonly pipeline: Pipeline;
}

/** A report as a page of HTML, see page.ts. Its figures are those that it is given: it computes none. */
export async function reportHtml(report: Report): Promise<string> {
  const { title, sentences, pipeline, figures, epochs } = report;
  const draw = await openCharts();
  const { results, details } = taskReportOf(pipeline).sections(figures, { pipeline, draw });
  return htmlPage({
    title,
    body: [
      `<p>${text(pipeline.description.trim())}</p>`,
      ...sentences.map((sentence) => `<p>${text(sentence)}</p>`),
      ...results,
      epochs ? section('Learning curves', charts(learningCurves(epochs).map(draw))) : '',
      ...details,
      noticesSection(report),
      settingsSection(report),
    ],
  });
}

/** Entries that are named; metrics.json names all. */
const NAMED_SKIPPED = 20;

function noticesSection({ leaks, skipped }: Report): string {
  const items = skipped
    .slice(0, NAMED_SKIPPED)
    .map(({ path, problem }) => `<li>${text(path)}: ${text(problem)}</li>`);
  const more = skipped.length > NAMED_SKIPPED ? `<li>and ${skipped.length - NAMED_SKIPPED} more</li>` : '';
  return [
    section('Copies', leaks.length > 0 ? `<pre>${escapeHtml(leakText(leaks))}</pre>` : ''),
    section('Left out', skipped.length > 0 ? `<ul>${items.join('\n')}${more}</ul>` : ''),
  ].join('\n');
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
