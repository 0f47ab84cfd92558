import { stringify as stringifyYaml } from 'yaml';
import type { LanguageResult } from '../train/language/train-language-model.js';
import { languageBaselineText, languageSentence } from './language-words.js';
import { openCharts } from './open-charts.js';
import { escapeHtml, htmlPage, section, table, text } from './page.js';
import { curvesSection } from './report-html.js';
import { versionsText } from './words.js';

/**
 * The page of a language model, with the figures of its metrics.json.
 * @param options.command what makes the model again.
 */
export async function languageReport(
  result: LanguageResult,
  { command }: { command: string },
): Promise<string> {
  const { pipeline, test, baselines, history, tokens } = result;
  const draw = await openCharts();
  const facts: ReadonlyArray<readonly [string, string]> = [
    ['text', result.datasetName],
    ['tokens', `${tokens.train} to train, ${tokens.validation} to validate, ${tokens.test} to test`],
    ['vocabulary', result.vocabulary.length.toLocaleString('en')],
    ['parameters', result.parameterCount.toLocaleString('en')],
    ['engine', result.engine],
    ['seed', String(pipeline.seed)],
    ['versions', versionsText(result.versions)],
    ['command', command],
  ];
  const sentence = test ? languageSentence(test, 'the test part') : 'Not tested: the text has no test part.';
  return htmlPage({
    title: pipeline.name,
    body: [
      pipeline.description === undefined ? '' : `<p>${text(pipeline.description.trim())}</p>`,
      `<p>${escapeHtml(sentence)}</p>`,
      section('What it has to beat', baselines.length > 0 ? paragraphs(baselines) : ''),
      curvesSection(history, { pipeline, draw }),
      section(
        'How it was made',
        table(
          [],
          facts.map(([name, value]) => [name, text(value)]),
        ),
        `<details><summary>The whole pipeline</summary><pre>${escapeHtml(stringifyYaml(pipeline))}</pre></details>`,
      ),
    ],
  });
}

const paragraphs = (baselines: LanguageResult['baselines']): string =>
  languageBaselineText(baselines)
    .split('\n')
    .map((line) => `<p>${escapeHtml(line.replace(/^- /, ''))}</p>`)
    .join('\n');
