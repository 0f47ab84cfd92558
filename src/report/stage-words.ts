import type { Pipeline } from '../pipeline/schema.js';

/** What is read of a pipeline: the stages that it asks for. */
export type Staged = Pick<Pipeline, 'distil' | 'training' | 'finetune'>;

/** What charts call each stage of a training, in order. @param stages how many there were, of all networks. */
export function stageNames(pipeline: Staged, stages: number): string[] {
  const { before, each, networks } = countStages(pipeline, stages);
  return Array.from({ length: stages }, (_, index) => {
    if (index < before) return 'distillation';
    const [network, stage] = [Math.floor((index - before) / each) + 1, ((index - before) % each) + 1];
    if (networks === 1) return `stage ${stage}`;
    return each === 1 ? `network ${network}` : `${network}, stage ${stage}`;
  });
}

/** What each stage does, and how to read the curves, a sentence each. */
export function stageSentences(pipeline: Staged, stages: number): string[] {
  const { before, each, networks } = countStages(pipeline, stages);
  return [
    ...(before > 0
      ? ['Distillation comes first: the encoder learns to predict the features of a teacher.']
      : []),
    ...(networks > 1
      ? [
          `The ${networks} networks of the model are trained one after the other; a dashed line marks where each begins.`,
        ]
      : []),
    ...(each > 1
      ? [`${networks > 1 ? 'Each' : 'The network'} is trained in stages. ${stagesWords(pipeline)}`]
      : []),
    keepWords(pipeline, each > 1 || networks > 1),
  ];
}

function countStages({ distil, finetune }: Staged, stages: number) {
  const before = distil ? 1 : 0;
  const each = 1 + (finetune?.length ?? 0);
  return { before, each, networks: Math.max(1, Math.ceil((stages - before) / each)) };
}

function stagesWords({ training, finetune = [] }: Staged): string {
  const first =
    training.train === 'recurrent'
      ? 'Stage 1 trains the recurrent network on the features of the encoder, which stays as it is.'
      : 'Stage 1 trains the whole network.';
  const further = finetune.flatMap((stage, index) => [
    `Stage ${index + 2} also trains ${trainedWords(stage)} from block ${stage.fromBlock} on, with a learning rate of ${rateWords(stage)}.`,
    ...(stage.pull > 0 ? ['Each of its steps pulls the encoder back to what it was before.'] : []),
    ...(stage.ema > 0 ? ['Its weights are a moving average over its steps.'] : []),
    ...(stage.average < 1
      ? [`It ends with a mean of weights, ${stage.average} of its own and the rest of those it began with.`]
      : []),
  ]);
  return [first, ...further].join(' ');
}

type Finetune = NonNullable<Pipeline['finetune']>[number];

const trainedWords = ({ trains }: Finetune): string =>
  trains === 'scales' ? 'a scale and a shift of each channel of the encoder' : 'the encoder';

const rateWords = ({ learningRate, layerDecay }: Finetune): string =>
  layerDecay < 1
    ? `${learningRate}, times ${layerDecay} for each block to the recurrent network`
    : `${learningRate}`;

const keepWords = ({ training }: Staged, isStaged: boolean): string =>
  training.keep === 'last'
    ? 'The model keeps the weights of the last epoch.'
    : `The model keeps the epoch with the lowest validation loss${isStaged ? ' of each stage' : ''}. Validation loss that rises while training loss falls means that the network learns its training examples by heart.`;
