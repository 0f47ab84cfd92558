import { percent } from '../platform/percent.js';
import type { TrainingResult } from '../train/train-network.js';
import type { Highlights } from './highlights.js';
import { reportHtml } from './report-html.js';
import type { Strip } from './strips.js';
import { taskReportOf } from './task-reports.js';
import { exampleNoun, versionsText } from './words.js';

/**
 * The page of a training, with the figures of its metrics.json.
 * @param options.command what makes the model again.
 */
export async function trainingReport(
  result: TrainingResult,
  { highlights, command }: { highlights: Highlights<Strip>; command: string },
): Promise<string> {
  const { pipeline, labels, test, minProbability, examples, baselines, leaks, skipped } = result;
  const noun = exampleNoun(pipeline);
  const { headline, further } = taskReportOf(pipeline);
  return reportHtml({
    title: pipeline.name,
    pipeline,
    figures: { labels, evaluation: test, baselines, highlights },
    leaks,
    skipped,
    headline: headline(result, noun),
    further: further(result),
    sentences: test ? [] : ['Not tested: the dataset has no test part.'],
    epochs: result.history,
    facts: [
      ['data', result.datasetName],
      [noun, `${examples.train} to train, ${examples.validation} to validate, ${examples.test} to test`],
      ['parameters', result.parameterCount.toLocaleString('en')],
      ...(minProbability > 0 ? [['unknown', `below ${percent(minProbability)}`] as const] : []),
      ['engine', result.engine],
      ['seed', String(pipeline.seed)],
      ['versions', versionsText(result.versions)],
      ['command', command],
    ],
  });
}
