import { settingText } from '../../src/pipeline/adjust-pipeline.js';
import { tell, tellHeading } from './figures.js';
import { sharedDataset, trainAndScore } from './train-and-score.js';

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
  { set: name, pipeline }: { set: string; pipeline: string },
): Promise<{ accuracy: number; logLoss: number }> {
  const data = sharedDataset(name);
  let [right, loss, tested] = [0, 0, 0];
  for (let fold = 1; fold <= FOLDS; fold++) {
    const set = {
      'split.validation': '0',
      'split.fold': settingText({ number: fold, of: FOLDS }),
      'training.steps': `${steps}`,
      'training.epochs': '1',
    };
    const figures = await trainAndScore({ pipeline, set, data, seed: SEED });
    right += figures.accuracy * figures.tested;
    loss += figures.logLoss * figures.tested;
    tested += figures.tested;
  }
  return { accuracy: right / tested, logLoss: loss / tested };
}
