import { dirname, join } from 'node:path';
import { openBriefTraining } from '../../src/crossvalidate/brief-training.js';
import { adjustmentsOf } from '../../src/crossvalidate/position.js';
import { readAdjustedPipeline } from '../../src/pipeline/adjust-pipeline.js';
import { shippedPath } from '../../src/platform/shipped.js';
import { measure } from '../../src/tasks/classification/metrics.js';
import { runStages } from '../../src/train/run-stages.js';
import { scoreNetwork } from '../../src/train/score.js';
import { sharedFolder } from '../support/shared.js';
import { tell, tellHeading } from './figures.js';

const FOLDS = 5;
const SEED = 1;
const STEPS = [25, 50, 100, 200, 400, 800, 1600];

/** Folders in shared/datasets, and the pipelines that ship for the like of them. */
const SETS = {
  'ut-interaction-set1': 'actions',
  'surveillance-fight': 'surveillance',
  'weizmann-bend-rise': 'sequences',
} as const;

/**
 * How good the recipes are after so many steps, each length a training of its own, with a rate that falls to 0 at its end:
 * out-of-fold answers with probabilities that no temperature corrects.
 */
export async function benchSteps(): Promise<void> {
  for (const [set, pipeline] of Object.entries(SETS)) {
    tellHeading(`  ${set}, \`${pipeline}\``);
    for (const steps of STEPS) {
      const { accuracy, logLoss } = await measureSteps(steps, { set, pipeline });
      const line = `${`${steps}`.padStart(8)} steps  ${(100 * accuracy).toFixed(1).padStart(5)} %  log loss ${logLoss.toFixed(3)}`;
      tell(line, `${steps} steps`, { steps, accuracy, logLoss });
    }
  }
}

async function measureSteps(
  steps: number,
  { set, pipeline: name }: { set: string; pipeline: string },
): Promise<{ accuracy: number; logLoss: number }> {
  if (!sharedFolder) throw new Error('The data is in the shared folder, which is not there');
  const data = join(sharedFolder, 'datasets', set);
  const pipeline = shippedPath('pipeline', name);
  const options = {
    pipeline,
    data,
    out: dirname(pipeline),
    weights: join(sharedFolder, 'pretrained', 'mobilenet_v1_025_224'),
    set: { 'split.validation': '0', 'training.steps': `${steps}`, 'training.epochs': '1' },
  };
  let [right, loss, tested] = [0, 0, 0];
  for (let fold = 1; fold <= FOLDS; fold++) {
    const adjusted = adjustmentsOf(options, { seed: SEED, fold: { number: fold, of: FOLDS } });
    const opened = await openBriefTraining(await readAdjustedPipeline(adjusted), options);
    const { members } = await runStages(opened);
    const { examples, logits } = await scoreNetwork(opened, members);
    const truth = examples.map(({ label }) => label);
    const figures = measure({ logits, truth, labels: opened.run.labels });
    right += figures.accuracy * truth.length;
    loss += figures.logLoss * truth.length;
    tested += truth.length;
  }
  return { accuracy: right / tested, logLoss: loss / tested };
}
