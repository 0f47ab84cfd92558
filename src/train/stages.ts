import { mobileNetBlocks } from '../encoder/mobilenet.js';
import { UserError } from '../errors.js';
import type { Networks } from '../network/networks.js';
import type { Pipeline } from '../pipeline/schema.js';

/** A part of a training with settings of its own; each stage goes on from the weights of the one before. */
export interface Stage {
  /**
   * `distil`: the encoder, by another one; see distil.ts. `recurrent`: on features of the encoder as it is.
   * `everything`: on frames, with encoder blocks from `fromBlock` on.
   */
  readonly scope:
    | { readonly kind: 'distil' }
    | { readonly kind: 'recurrent' }
    | { readonly kind: 'everything'; readonly fromBlock: number };
  /** Whether no other of its network comes before it. */
  readonly isFirst: boolean;
  readonly epochs: number;
  readonly batchSize: number;
  readonly learningRate: number;
  /** In which the learning rate rises; see learningRateAt. */
  readonly warmupEpochs: number;
  /** All of the epochs' when absent. */
  readonly steps?: number | undefined;
}

/** How many steps a stage has, and how many of them are in one of its epochs. @param inWholeEpoch that nothing ends early. */
export function stepsOf(
  stage: Pick<Stage, 'epochs' | 'steps'>,
  inWholeEpoch: number,
): { total: number; inEpoch: (epoch: number) => number } {
  const total = Math.min(stage.epochs * inWholeEpoch, stage.steps ?? Number.POSITIVE_INFINITY);
  const inEpoch = (epoch: number) => Math.max(0, Math.min(inWholeEpoch, total - epoch * inWholeEpoch));
  return { total, inEpoch };
}

/** Share of a distillation's epochs in which the learning rate rises. */
const DISTIL_WARMUP_SHARE = 0.05;

/**
 * Where a pipeline does not say. Adam starts each stage with empty moments, by which its first steps are all of full
 * length, however small the gradients are; what is trained already should not be moved by them far.
 */
const finetuneWarmupEpochs = (epochs: number): number => Math.min(1, epochs / 4);

/** The stage before those of all networks, where a pipeline asks for one. */
export function distilStageOf({ distil }: Pipeline): Stage[] {
  if (!distil) return [];
  const { epochs, batchSize, learningRate } = distil;
  const warmupEpochs = DISTIL_WARMUP_SHARE * epochs;
  return [{ scope: { kind: 'distil' }, isFirst: true, epochs, batchSize, learningRate, warmupEpochs }];
}

/** The stages of a network that a pipeline asks for, in order. @throws UserError `bad_config` for a block that is not there. */
export function stagesOf(pipeline: Pipeline, networks: Networks): Stage[] {
  const { training, finetune } = pipeline;
  const first: Stage = {
    scope: training.train === 'recurrent' ? { kind: 'recurrent' } : { kind: 'everything', fromBlock: 0 },
    isFirst: true,
    epochs: training.epochs,
    batchSize: training.batchSize,
    learningRate: training.learningRate,
    warmupEpochs: training.warmupEpochs,
    steps: training.steps,
  };
  if (!finetune) return [first];
  const blocks = networks.encoder ? mobileNetBlocks(networks.encoder).length : 0;
  const further = finetune.map(({ fromBlock, ...rest }, index): Stage => {
    const warmupEpochs = rest.warmupEpochs ?? finetuneWarmupEpochs(rest.epochs);
    const scope = { kind: 'everything', fromBlock } as const;
    if (fromBlock < blocks) return { ...rest, scope, isFirst: false, warmupEpochs };
    throw new UserError('bad_config', {
      problem: `finetune.${index}.fromBlock is ${fromBlock}, but the encoder's blocks are 0 to ${blocks - 1}.`,
      fix: 'Give the first block that is to be trained.',
    });
  });
  return [first, ...further];
}
