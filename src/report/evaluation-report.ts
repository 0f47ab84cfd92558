import type { Bundle } from '../bundle/bundle.js';
import type { Example } from '../datasets/dataset.js';
import type { BundleEvaluation } from '../evaluate/evaluate-parts.js';
import { percent } from '../platform/percent.js';
import { classificationSections } from './classification-sections.js';
import { headlineOf } from './headline.js';
import { readStrips } from './read-strips.js';
import { reportHtml } from './report-html.js';
import {
  exampleNoun,
  furtherFigures,
  leftOutSentence,
  partNoun,
  selectionSentences,
  trainedOnSentence,
  unlikeSentences,
  versionsText,
} from './words.js';

/**
 * The page of an evaluation, with the figures of its metrics.json.
 * @throws UserError as readStrips.
 */
export async function evaluationReport(
  result: BundleEvaluation,
  options: { bundle: Bundle; examples: readonly Example[]; signal?: AbortSignal | undefined },
): Promise<string> {
  const { model, split, labels, evaluation, baselines, predictions, leaks, skipped } = result;
  const { bundle, examples, signal } = options;
  const { pipeline, seed } = bundle.manifest;
  const doubts = [trainedOnSentence(result, exampleNoun(pipeline)), leftOutSentence(result)].filter(
    (sentence) => sentence !== null,
  );
  const noun = partNoun(split, pipeline);
  const highlights = await readStrips({ predictions, examples, pipeline, signal });
  return reportHtml({
    title: model,
    pipeline,
    sections: (page) => classificationSections({ labels, evaluation, baselines, highlights }, page),
    leaks,
    skipped,
    headline: headlineOf(evaluation, { noun, baselines }),
    further: furtherFigures(evaluation),
    sentences: [...doubts, ...selectionSentences(result), ...unlikeSentences(result)],
    facts: [
      ['model', model],
      ['part of the data', split],
      ...(result.minProbability > 0 ? [['unknown', `below ${percent(result.minProbability)}`] as const] : []),
      ['temperature', result.temperature.toFixed(2)],
      ['engine', result.engine],
      ['seed', String(seed)],
      ['versions', versionsText(result.versions)],
      ['trained with', versionsText(bundle.manifest.versions)],
    ],
  });
}
