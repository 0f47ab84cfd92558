import * as z from 'zod';
import { networksOf } from '../network/networks.js';
import type { Pipeline } from '../pipeline/schema.js';
import { membersOf } from '../train/plan-members.js';
import type { EpochPoint } from './messages.js';

/** What is kept of an epoch, see train/checkpoint.ts. */
export const epochSchema = z.object({
  /** Among all stages of all networks. */
  stage: z.int(),
  trainLoss: z.number(),
  /** Null of distillation. */
  trainAccuracy: z.number().nullable(),
  validationLoss: z.number().nullable(),
});

export type Epoch = z.infer<typeof epochSchema>;

/** Epochs with the network that each trains. Those of distillation, whose error is of another kind, are left out. */
export function epochPoints(epochs: readonly Epoch[], pipeline: Pipeline): EpochPoint[] {
  const stages = 1 + (pipeline.finetune?.length ?? 0);
  const before = epochs.some(isDistillation) ? 1 : 0;
  const names = networkNames(pipeline);
  return epochs
    .filter((epoch) => !isDistillation(epoch))
    .map(({ stage, trainLoss, validationLoss }) => {
      const index = Math.floor((stage - before) / stages);
      return { network: names[index] ?? `network ${index + 1}`, trainLoss, validationLoss };
    });
}

/** Stages of all networks, one after the other. */
export function stageCount(pipeline: Pipeline): number {
  const each = 1 + (pipeline.finetune?.length ?? 0);
  return (pipeline.distil ? 1 : 0) + each * networkNames(pipeline).length;
}

const isDistillation = ({ trainAccuracy }: Epoch): boolean => trainAccuracy === null;

/** In the order in which they are trained; without a name where there is one alone. */
function networkNames(pipeline: Pipeline): string[] {
  const { input, training } = pipeline;
  // How many classes there are makes no other networks.
  const networks = networksOf(pipeline, { classes: 2 });
  const streams = input.kind === 'frames' && networks.apart > 1 ? input.streams : [];
  return membersOf(pipeline, networks).map(({ stream }, place) => {
    const seen = streams[stream];
    const parts = [
      training.networks > 1 ? `network ${Math.floor(place / networks.apart) + 1}` : '',
      seen ? STREAMS[seen.kind] : '',
    ];
    return parts.filter((part) => part !== '').join(', ');
  });
}

/** What a network sees of a clip. */
const STREAMS = { frames: 'frames', difference: 'changes', flow: 'motion' } as const;
