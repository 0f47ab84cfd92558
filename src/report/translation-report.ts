import { stringify as stringifyYaml } from 'yaml';
import type { TranslationResult } from '../train/translation/train-translation-model.js';
import { openCharts } from './open-charts.js';
import { escapeHtml, htmlPage, section, table, text } from './page.js';
import { curvesSection } from './report-html.js';
import { nearestSentence, perplexitySentence, translationSentence } from './translation-words.js';
import { versionsText } from './words.js';

/**
 * The page of a translation model, with the figures of its metrics.json.
 * @param options.command what makes the model again.
 */
export async function translationReport(
  result: TranslationResult,
  { command }: { command: string },
): Promise<string> {
  const { pipeline, test, nearest, history, pairs, samples } = result;
  const draw = await openCharts();
  const facts: ReadonlyArray<readonly [string, string]> = [
    ['data', result.datasetName],
    ['pairs', `${pairs.train} to train, ${pairs.validation} to validate, ${pairs.test} to test`],
    ['vocabulary', `${result.sourceVocabulary.length} to read, ${result.vocabulary.length} to write`],
    ['parameters', result.parameterCount.toLocaleString('en')],
    ['engine', result.engine],
    ['seed', String(pipeline.seed)],
    ['versions', versionsText(result.versions)],
    ['command', command],
  ];
  const sentences = test
    ? [translationSentence(test, 'the test part'), perplexitySentence(test)]
    : ['Not tested: the data has no test part.'];
  return htmlPage({
    title: pipeline.name,
    body: [
      pipeline.description === undefined ? '' : `<p>${text(pipeline.description.trim())}</p>`,
      ...sentences.map((sentence) => `<p>${escapeHtml(sentence)}</p>`),
      section('What it has to beat', nearest ? `<p>${escapeHtml(nearestSentence(nearest))}</p>` : ''),
      section('The first texts of the test part', samples.length > 0 ? samplesTable(samples) : ''),
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

const samplesTable = (samples: TranslationResult['samples']): string =>
  table(
    ['given', 'written', 'by a person'],
    samples.map(({ source, translation, target }) => [text(source), text(translation), text(target)]),
  );
