import type { PreparedTraining } from '../train/prepare.js';
import type { TrainResult } from '../train/train.js';
import { readStrips } from './read-strips.js';
import { reportHtml, versionsText } from './report.js';
import { accuracySentence, exampleNoun, furtherFigures, percent } from './words.js';

/**
 * The page of a training, with the figures of its metrics.json.
 * @throws UserError as readStrips.
 */
export async function trainingReport(options: {
  prepared: PreparedTraining;
  result: TrainResult;
  /** How many examples each part has. */
  examples: { train: number; validation: number; test: number };
  versions: Readonly<Record<string, string>>;
  /** What makes the model again. */
  command: string;
}): Promise<string> {
  const { prepared, result, examples, versions, command } = options;
  const { run, split } = prepared;
  const { pipeline, labels } = run;
  const { test, temperature, minProbability, predictions, baselines, leaks, skipped } = result;
  const noun = exampleNoun(pipeline);
  return reportHtml({
    ...{ title: pipeline.name, pipeline, labels, evaluation: test, baselines, leaks, skipped },
    sentences: test
      ? [accuracySentence(test, `test ${noun}`), furtherFigures(test, temperature)]
      : ['Not tested: the dataset has no test part.'],
    epochs: result.history,
    highlights: await readStrips({
      ...{ predictions, pipeline, examples: split.test },
      signal: run.signal,
    }),
    facts: [
      ['data', prepared.datasetName],
      [noun, `${examples.train} to train, ${examples.validation} to validate, ${examples.test} to test`],
      ['parameters', result.parameterCount.toLocaleString('en')],
      ...(minProbability > 0 ? [['unknown', `below ${percent(minProbability)}`] as const] : []),
      ['engine', prepared.engine],
      ['seed', String(pipeline.seed)],
      ['versions', versionsText(versions)],
      ['command', command],
    ],
  });
}
