import type { Networks } from '../network/networks.js';
import type { Pipeline } from '../pipeline/schema.js';
import { type Member, membersOf } from './plan-members.js';
import { distilStageOf, type Stage, stagesOf } from './stages.js';

/** A stage of one of the networks that are trained. */
export interface PlannedStage {
  readonly member: Member;
  /** Of the member among all of them. */
  readonly place: number;
  readonly stage: Stage;
}

/**
 * All stages of a training in their order: the distillation of the encoder, then those of one network after another.
 * A training that goes on from a model has an encoder that learned to see, and distils none.
 */
export function planStages(
  pipeline: Pipeline,
  { networks, startsFromModel }: { networks: Networks; startsFromModel: boolean },
): PlannedStage[] {
  const ofAll = { seed: pipeline.seed, stream: 0 };
  const distillation = startsFromModel ? [] : distilStageOf(pipeline);
  return [
    ...distillation.map((stage) => ({ member: ofAll, place: 0, stage })),
    ...membersOf(pipeline, networks).flatMap((member, place) =>
      stagesOf(pipeline).map((stage) => ({ member, place, stage })),
    ),
  ];
}
