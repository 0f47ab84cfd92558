import type { Bundle } from '../../bundle/bundle.js';
import type { Example } from '../../data/scan.js';
import type { Engine } from '../../engine/engine.js';
import { clipstepVersion } from '../../version.js';
import type { BundleEvaluation } from '../evaluate/evaluate-bundle.js';
import { accuracySentence, furtherFigures, percent, selectionSentence } from '../evaluate/words.js';
import { readStrips } from './read-strips.js';
import { reportHtml, versionsText } from './report.js';

/**
 * The page of an evaluation, with its figures.
 * @throws UserError as readStrips.
 */
export async function evaluationReport(
  result: BundleEvaluation,
  options: { bundle: Bundle; engine: Engine; examples: readonly Example[]; signal?: AbortSignal },
): Promise<string> {
  const { model, split, labels, evaluation, ladder, selection, predictions, leaks, skipped } = result;
  const { bundle, engine, examples, signal } = options;
  const { pipeline, seed } = bundle.manifest;
  const noun = split === 'all' ? 'examples' : `${split} examples`;
  return reportHtml({
    ...{ title: model, pipeline, labels, evaluation, ladder, leaks, skipped },
    sentences: [
      accuracySentence(evaluation, noun),
      furtherFigures(evaluation, result.temperature),
      ...(selection ? [selectionSentence(selection)] : []),
    ],
    highlights: await readStrips({ predictions, examples, pipeline, ...(signal && { signal }) }),
    facts: [
      ['model', model],
      ['part of the data', split],
      ...(result.minProbability > 0 ? [['unknown', `below ${percent(result.minProbability)}`] as const] : []),
      ['engine', engine.name],
      ['seed', String(seed)],
      [
        'versions',
        versionsText({
          clipstep: clipstepVersion(),
          [engine.name]: engine.version,
          node: process.versions.node,
        }),
      ],
      ['trained with', versionsText(bundle.manifest.versions)],
    ],
  });
}
