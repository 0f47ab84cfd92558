import type { EncoderTuning } from '../engine/engine.js';
import type { Pipeline } from '../pipeline/schema.js';

/** A part of a training with settings of its own; each stage goes on from the weights of the one before. */
export interface Stage {
  /**
   * `distil`: the encoder, by another one; see distil.ts. `recurrent`: on features of the encoder as it is.
   * `everything`: on frames, with encoder blocks from `tuning.fromBlock` on; see TrainerOptions.
   */
  readonly scope:
    | { readonly kind: 'distil' }
    | { readonly kind: 'recurrent' }
    | { readonly kind: 'everything'; readonly tuning: EncoderTuning };
  /** Whether no other of its network comes before it. */
  readonly isFirst: boolean;
  /** One of these is given; of both, the longer one counts. */
  readonly epochs?: number | undefined;
  readonly steps?: number | undefined;
  readonly batchSize: number;
  readonly learningRate: number;
  /** The pipeline's when absent. */
  readonly optimizer?: Pipeline['training']['optimizer'] | undefined;
  /** Toward the encoder weights that it began with, see engine/engine.ts; none when absent. */
  readonly pull?: number | undefined;
  /** In which the learning rate rises, see learningRateAt; where absent, a quarter of the stage, at most an epoch. */
  readonly warmupEpochs?: number | undefined;
  /** Decay of the average of its weights that it validates and keeps, see averaged-trainer.ts; none when absent or 0. */
  readonly ema?: number | undefined;
  /** Share of what it trained in what it ends with, the rest being what it began with; 1 when absent. */
  readonly average?: number | undefined;
}

/** How long a stage is, on as many examples as there are. */
export interface StageLength {
  /** Steps of the whole stage. */
  readonly steps: number;
  /** The last of them may be short. */
  readonly epochs: number;
  readonly warmupSteps: number;
  /** Steps of one of its epochs, from 0; none past its end. */
  readonly inEpoch: (epoch: number) => number;
}

/**
 * The length of a stage: so many steps, however few examples there are, so that it trains a network as far on twenty
 * clips as on hundreds; or so many epochs, where these are more.
 *
 * @param perEpoch steps in which all examples are read once; at least 1.
 */
export function lengthOf(
  stage: Pick<Stage, 'epochs' | 'steps' | 'warmupEpochs'>,
  perEpoch: number,
): StageLength {
  const steps = Math.max((stage.epochs ?? 0) * perEpoch, stage.steps ?? 0);
  const inFirst = Math.min(perEpoch, steps);
  return {
    steps,
    epochs: Math.ceil(steps / perEpoch),
    warmupSteps: Math.round(
      stage.warmupEpochs === undefined ? Math.min(inFirst, steps / 4) : stage.warmupEpochs * inFirst,
    ),
    inEpoch: (epoch) => Math.max(0, Math.min(perEpoch, steps - epoch * perEpoch)),
  };
}

/** Share of a distillation's epochs in which the learning rate rises. */
const DISTIL_WARMUP_SHARE = 0.05;

/** The stage before those of all networks, where a pipeline asks for one. */
export function distilStageOf({ distil }: Pipeline): Stage[] {
  if (!distil) return [];
  const { epochs, batchSize, learningRate } = distil;
  const warmupEpochs = DISTIL_WARMUP_SHARE * epochs;
  return [{ scope: { kind: 'distil' }, isFirst: true, epochs, batchSize, learningRate, warmupEpochs }];
}

/** The stages of a network that a pipeline asks for, in order. */
export function stagesOf({ training, finetune = [] }: Pipeline): Stage[] {
  const first: Stage = {
    scope:
      training.train === 'recurrent'
        ? { kind: 'recurrent' }
        : { kind: 'everything', tuning: { fromBlock: 0 } },
    isFirst: true,
    epochs: training.epochs,
    steps: training.steps,
    batchSize: training.batchSize,
    learningRate: training.learningRate,
    warmupEpochs: training.warmupEpochs,
  };
  const further = finetune.map(({ fromBlock, trains, layerDecay, ...rest }): Stage => {
    const scope = { kind: 'everything', tuning: { fromBlock, trains, layerDecay } } as const;
    return { ...rest, scope, isFirst: false };
  });
  return [first, ...further];
}
