import { counted } from '../../platform/counted.js';
import { percent } from '../../platform/percent.js';
import { baselineText } from '../../report/baseline-words.js';
import { accuracySentence, entriesText, exampleNoun } from '../../report/words.js';
import type { Summary } from '../../tasks/classification/summary.js';
import { evaluateBundle } from '../../workflows/evaluate-bundle.js';
import { evaluationFigures, evaluationFolder } from '../../workflows/evaluation-files.js';
import { type TrainResult, train } from '../../workflows/train.js';
import { evaluationText } from '../evaluation-text.js';
import { windowingOf } from '../window-options.js';
import { intervalsText, windowsOfClips } from './intervals-text.js';
import { modelLine } from './model-line.js';
import type { TaskCommands } from './task-commands.js';

export const classificationCommands: TaskCommands<Summary> = {
  train: async ({ json, ...options }) => {
    const result = await train(options);
    const { folder, test, baselines, skipped } = result;
    return json ? JSON.stringify({ kind: 'trained', folder, test, baselines, skipped }) : summary(result);
  },
  evaluate: async (bundle, flags, run) => {
    if (flags.intervals !== undefined) {
      return intervalsText(bundle, { ...flags, intervals: flags.intervals }, run);
    }
    if (windowingOf(flags)) throw windowsOfClips();
    const { topK: topCount, json, out = evaluationFolder(bundle.folder, flags.split), ...options } = flags;
    const result = await evaluateBundle(bundle, { ...options, topCount, out, ...run });
    if (json) return JSON.stringify(evaluationFigures(result));
    return evaluationText(result, { folder: out, pipeline: bundle.manifest.pipeline });
  },
  testLine: ({ accuracy, examples }) => `${percent(accuracy)} of ${counted(examples, 'test example')} right`,
};

function summary({ folder, pipeline, test, baselines, skipped }: TrainResult): string {
  const lines = [modelLine(folder)];
  if (skipped.length > 0) lines.push(`${entriesText(skipped)} left out; ${folder}/metrics.json says why`);
  if (!test) return [...lines, 'Not tested: the dataset has no test part'].join('\n');
  lines.push(accuracySentence(test, `test ${exampleNoun(pipeline)}`));
  if (baselines) lines.push('', baselineText(baselines));
  return lines.join('\n');
}
