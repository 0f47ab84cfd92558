import { basename } from 'node:path';
import { percent } from '../platform/percent.js';
import type { TrainingResult } from '../train/score.js';
import { classificationSections } from './classification-sections.js';
import { headlineOf } from './headline.js';
import type { Highlights } from './highlights.js';
import { reportHtml } from './report-html.js';
import type { Strip } from './strips.js';
import { exampleNoun, furtherFigures, versionsText } from './words.js';

/**
 * The page of the training of a classifier, with the figures of its metrics.json.
 * @param options.command what makes the model again.
 */
export async function trainingReport(
  result: TrainingResult,
  { highlights, command }: { highlights: Highlights<Strip>; command: string },
): Promise<string> {
  const { pipeline, labels, test, minProbability, examples, baselines, leaks, skipped } = result;
  const noun = exampleNoun(pipeline);
  const figures = { labels, evaluation: test, baselines, highlights };
  return reportHtml({
    title: pipeline.name,
    pipeline,
    sections: (page) => classificationSections(figures, page),
    leaks,
    skipped,
    headline: test && headlineOf(test, { noun: `test ${noun}`, baselines }),
    further: test ? furtherFigures(test) : [],
    sentences: test ? [] : ['Not tested: the dataset has no test part.'],
    epochs: result.history,
    facts: [
      ['data', result.datasetName],
      [noun, `${examples.train} to train, ${examples.validation} to validate, ${examples.test} to test`],
      ...(examples.outliers > 0
        ? [['outliers', `${examples.outliers} (${basename(pipeline.outliers!)})`] as const]
        : []),
      ['parameters', result.parameterCount.toLocaleString('en')],
      ...(minProbability > 0 ? [['unknown', `below ${percent(minProbability)}`] as const] : []),
      ['engine', result.engine],
      ['seed', String(pipeline.seed)],
      ['versions', versionsText(result.versions)],
      ['command', command],
    ],
  });
}
