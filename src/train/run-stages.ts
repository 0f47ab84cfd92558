import { withoutStandardization } from '../network/standardize.js';
import {
  addOutlierClass,
  takeOutlierClass,
  withOutlierClass,
} from '../tasks/classification/outlier-class.js';
import type { Weights } from '../tensors/tensor.js';
import type { EpochRecord } from './checkpoint.js';
import { distil } from './distil.js';
import { freshProgress } from './fit.js';
import { initialEncoder, initialWeights } from './initial-weights.js';
import type { OpenedTraining } from './open-training.js';
import { planStages } from './plan-stages.js';
import { runStage } from './run-stage.js';
import type { Training } from './train-stage.js';

/**
 * Trains all stages of one member after another, after the distillation of their encoder where the pipeline has it;
 * from the checkpoint on where one is given.
 * @returns weights of each whole network, and every epoch of every stage.
 * @throws UserError as initialEncoder and fitStage.
 */
export async function runStages(
  training: Pick<OpenedTraining, 'run' | 'pipelineFolder' | 'checkpoint' | 'save'>,
): Promise<{ members: Weights[]; history: EpochRecord[] }> {
  const { pipelineFolder, checkpoint } = training;
  const isExposed = training.run.outliers.length > 0;
  const { networks } = training.run;
  const run = isExposed
    ? { ...training.run, networks: { ...networks, recurrent: withOutlierClass(networks.recurrent) } }
    : training.run;
  const { origin } = run;
  const stages = planStages(run.pipeline, { ...run, startsFromModel: origin !== null });
  const members = [...(checkpoint?.members ?? [])];
  const initial = origin ? NONE : await initialEncoder({ ...run, pipelineFolder });
  let distilled: Weights = checkpoint?.distilled ?? NONE;
  let progress = checkpoint?.progress ?? freshProgress(0, []);
  let weights: Weights = checkpoint?.start ?? NONE;
  for (const [index, { member, place, stage }] of stages.entries()) {
    const encoder = distilled.size > 0 ? distilled : initial;
    if (index < progress.stage) continue;
    const goesOn = checkpoint?.progress.stage === index;
    if (stage.isFirst && !goesOn) {
      const own = origin?.members[place] ?? NONE;
      weights = initialWeights(run, { encoder, member, own: isExposed ? addOutlierClass(own) : own });
    }
    const save: Training['save'] = (parts) => training.save({ ...parts, members, distilled });
    // What tuned the networks before is left out: with and without it, a network draws the same.
    const epochsBefore = progress.history.filter(({ stage: number }) => {
      const earlier = stages[number]!;
      return number < index && (earlier.stage.isFirst || earlier.place === place);
    }).length;
    const position = {
      stage,
      member,
      start: weights,
      progress,
      epochsBefore,
      checkpoint: goesOn ? checkpoint : null,
    };
    const isDistillation = stage.scope.kind === 'distil';
    const finished = isDistillation
      ? await distil({ ...run, save }, { ...position, pipelineFolder })
      : await runStage({ ...run, save }, position);
    progress = freshProgress(index + 1, finished.progress.history);
    if (isDistillation) distilled = finished.weights;
    weights = new Map([...weights, ...finished.weights]);
    if (isDistillation || stages[index + 1]?.stage.isFirst === false) continue;
    const whole = withoutStandardization(run.networks.recurrent, weights);
    members.push(isExposed ? takeOutlierClass(whole) : whole);
  }
  return { members, history: progress.history };
}

const NONE: Weights = new Map();
