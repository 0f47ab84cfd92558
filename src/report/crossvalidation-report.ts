import type { Fold } from '../crossvalidate/fold.js';
import type { CrossValidation } from '../crossvalidate/run-folds.js';
import { percent } from '../platform/percent.js';
import { classificationSections } from './classification-sections.js';
import { foldedHeadline } from './headline.js';
import type { Highlights } from './highlights.js';
import { type Report, reportHtml } from './report-html.js';
import { overallSentence } from './selection-words.js';
import type { Strip } from './strips.js';
import { decisionSentences, foldSentences } from './summary-words.js';
import { exampleNoun, furtherFigures, versionsText } from './words.js';

/** What a report of folds needs beside their figures. */
export interface FoldsTold {
  readonly folds: readonly Fold[];
  readonly highlights: Highlights<Strip>;
  /** What does it again. */
  readonly command: string;
}

/** The page of a cross-validation, with the figures of its metrics.json. */
export async function crossvalidationReport(result: CrossValidation, told: FoldsTold): Promise<string> {
  return reportHtml({
    ...outOfFold(result, told),
    title: `${result.pipeline.name}, cross-validated`,
    sentences: [...foldSentences(result), ...decisionSentences(result)],
  });
}

/** The page of a model that averages the folds' networks, with the figures of these. */
export async function ensembleReport(result: CrossValidation, told: FoldsTold): Promise<string> {
  const { pipeline, selection } = result;
  const noun = exampleNoun(pipeline);
  const { facts, ...report } = outOfFold(result, told);
  const unknown = selection?.overall.minProbability ?? 0;
  return reportHtml({
    ...report,
    title: `${pipeline.name}, the average of ${told.folds.length} folds`,
    sentences: [
      `All figures are of single folds, each tested on ${noun} that it had not seen. This model answers with the average of the folds, which is not tested: each of these ${noun} trained some of its networks.`,
      ...(selection ? [overallSentence(selection)] : []),
      ...foldSentences(result),
      ...decisionSentences(result),
    ],
    facts: [...(unknown > 0 ? [['unknown', `below ${percent(unknown)}`] as const] : []), ...facts],
  });
}

function outOfFold(
  result: CrossValidation,
  { folds, highlights, command }: FoldsTold,
): Omit<Report, 'title' | 'sentences'> {
  const { pipeline, labels, outOfFold: evaluation, baselines, sizes, leaks, skipped } = result;
  const figures = { labels, evaluation, baselines, folds: result.folds, sizes, highlights };
  const repeats = result.repeats.length;
  const { engine, versions } = folds[0]!.bundle.manifest;
  return {
    pipeline,
    headline: foldedHeadline(result, exampleNoun(pipeline)),
    further: furtherFigures(evaluation),
    sections: (page) => classificationSections(figures, page),
    leaks,
    skipped,
    facts: [
      ['folds', String(folds.length / repeats)],
      ['repeats', String(repeats)],
      ['engine', engine],
      ['seed', `${pipeline.seed}${repeats > 1 ? ', each further repeat the next' : ''}`],
      ['versions', versionsText(versions)],
      ['command', command],
    ],
  };
}
