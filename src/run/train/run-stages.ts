import type { Weights } from '../../tensors/tensor.js';
import type { EpochRecord } from './checkpoint.js';
import { freshProgress } from './fit.js';
import { initialWeights } from './initial-weights.js';
import { membersOf } from './members.js';
import type { PreparedTraining } from './prepare.js';
import { runStage, type Training } from './run-stage.js';
import { stagesOf } from './stages.js';

/**
 * Trains all stages of one member after another, from the checkpoint on where one is given.
 * @returns weights of each whole network, and every epoch of every stage.
 * @throws UserError as initialWeights and fitStage.
 */
export async function runStages(
  training: Pick<PreparedTraining, 'run' | 'pipelineFolder' | 'checkpoint' | 'save'>,
): Promise<{ members: Weights[]; history: EpochRecord[] }> {
  const { run, pipelineFolder, checkpoint } = training;
  const { pipeline, networks } = run;
  const start = await initialWeights({ pipeline, networks, pipelineFolder });
  const stages = membersOf(pipeline, networks).flatMap((member) =>
    stagesOf(pipeline, networks).map((stage) => ({ member, stage })),
  );
  const members = [...(checkpoint?.members ?? [])];
  let progress = checkpoint?.progress ?? freshProgress(0, []);
  let weights = checkpoint?.start ?? new Map();
  for (const [index, { member, stage }] of stages.entries()) {
    if (index < progress.stage) continue;
    const goesOn = checkpoint?.progress.stage === index;
    if (stage.isFirst && !goesOn) weights = start(member);
    const save: Training['save'] = (parts) => training.save({ ...parts, members });
    const position = { stage, member, start: weights, progress, ...(goesOn && { checkpoint }) };
    const finished = await runStage({ ...run, save }, position);
    weights = new Map([...weights, ...finished.weights]);
    progress = freshProgress(index + 1, finished.progress.history);
    if (stages[index + 1]?.stage.isFirst ?? true) members.push(weights);
  }
  return { members, history: progress.history };
}
