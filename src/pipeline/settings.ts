import * as z from 'zod';
import { dataSchema } from '../datasets/data-schema.js';
import { splitSchema } from '../datasets/split-schema.js';
import { TRAINED_PARTS } from '../encoder/trained-parameters.js';
import { inputSchema } from '../inputs/input-kinds.js';
import { augmentationSchema } from '../inputs/video/augmentation-schema.js';
import { INITIAL_EMBEDDINGS, INITIAL_HEADS, recurrentSchema } from '../network/recurrent-schema.js';
import { TASK_NAMES } from '../tasks/tasks.js';
import { taskTraining } from '../tasks/training-settings.js';
import { distilSchema } from './distil-schema.js';

const optimizer = z.enum(['adam', 'sgd']);

const stage = {
  epochs: z
    .int()
    .min(1)
    .max(10_000)
    .optional()
    .describe('how often each example is read; with steps, the longer of both'),
  steps: z
    .int()
    .min(1)
    .optional()
    .describe('updates of the weights, however many examples there are: few examples are read more often'),
  batchSize: z.int().min(1).max(4096).describe('clips a step'),
  learningRate: z.number().positive().max(10).describe('at its highest'),
};

const trainingSchema = z.strictObject({
  train: z
    .enum(['recurrent', 'everything'])
    .describe('recurrent: on features of the frozen encoder; everything: end to end'),
  ...stage,
  standardize: z
    .boolean()
    .default(false)
    .describe(
      'scales features to mean 0 and deviation 1, as measured on the training part before the encoder is trained',
    ),
  optimizer: optimizer.default('adam').describe('adam: AdamW; sgd: without momentum'),
  initialHead: z
    .enum(INITIAL_HEADS)
    .default('glorot')
    .describe('normal: kernel and bias of the head drawn with deviation 1'),
  initialEmbedding: z
    .enum(INITIAL_EMBEDDINGS)
    .optional()
    .describe(
      'vectors of tokens: with deviation 1, or small, up to 0.1, as large vocabularies learn; small where recurrent.tied, else normal when left out',
    ),
  schedule: z
    .enum(['constant', 'cosine', 'cooldown', 'one-cycle'])
    .default('cosine')
    .describe(
      'of the learning rate after the warm-up; cosine: falls to 0 along half a cosine; cooldown: stays for half of the steps, then falls to 0 (Zhai et al. 2022); one-cycle: rises for 0.3 of the steps and then falls (Smith and Topin 2019)',
    ),
  warmupEpochs: z.number().min(0).default(0).describe('epochs in which the learning rate rises'),
  weightDecay: z
    .number()
    .min(0)
    .default(0)
    .describe('share of each kernel, times the learning rate, that is subtracted at each step'),
  clipNorm: z.number().positive().default(1).describe('largest norm of the gradient over all weights'),
  ...taskTraining,
  augmentation: augmentationSchema.optional().describe('random views of each training clip'),
  mixup: z
    .number()
    .positive()
    .max(1)
    .optional()
    .describe(
      'each sequence of a step is mixed with another one; alpha of the Beta distribution of the share: the smaller, the less most of them change',
    ),
  tokenDropout: z
    .number()
    .min(0)
    .max(0.9)
    .default(0)
    .describe('share of tokens that a step reads as unknown, drawn afresh each time; only for texts'),
  networks: z
    .int()
    .min(1)
    .max(100)
    .default(1)
    .describe('trained from different seeds; the model answers with the mean of their probabilities'),
  keep: z
    .enum(['best', 'last'])
    .default('best')
    .describe('weights of the epoch with the lowest validation loss, or of the last one'),
  patience: z.int().min(1).optional().describe('stop after this many epochs without a lower validation loss'),
});

const finetuneSchema = z.strictObject({
  fromBlock: z.int().min(0).describe('encoder blocks before this one stay as they are; 0: all are trained'),
  ...stage,
  warmupEpochs: z
    .number()
    .min(0)
    .optional()
    .describe('epochs in which the learning rate rises; a quarter of the epochs, at most 1, when left out'),
  optimizer: optimizer.optional().describe('as training.optimizer, which counts when it is left out'),
  trains: z
    .enum(TRAINED_PARTS)
    .default('weights')
    .describe(
      'of each convolution of the encoder, beside its biases; weights: its kernel; scales: one factor for each output channel, as batch norm has them',
    ),
  layerDecay: z
    .number()
    .positive()
    .max(1)
    .default(1)
    .describe(
      'multiplies the learning rate of an encoder block once for each block from it to the recurrent network: of the last block once, of the one before twice',
    ),
  pull: z
    .number()
    .min(0)
    .default(0)
    .describe(
      "share of each encoder weight's distance from its value at the stage's start, times the learning rate, that each step takes back; in place of training.weightDecay",
    ),
  average: z
    .number()
    .positive()
    .max(1)
    .default(0.5)
    .describe(
      'the stage ends with a mean of the weights before and after it, in which those after it have this share; 1: those after it alone',
    ),
  ema: z
    .number()
    .min(0)
    .lt(1)
    .default(0)
    .describe(
      'decay, each step, of an exponential moving average of all weights, which is what is validated and kept; 0: the weights themselves',
    ),
});

/** What a pipeline sets, each setting sound by itself; whether they are so together, `contradictions` says. */
export const settingsSchema = z.strictObject({
  name: z
    .string()
    .regex(/^[a-z0-9][a-z0-9-]*$/, 'lower-case letters, digits and hyphens')
    .describe('of the model; lower-case letters, digits and hyphens'),
  description: z
    .string()
    .min(1)
    .optional()
    .describe('what the model says of which clips; for its card and report'),
  task: z.enum(TASK_NAMES).default('classification').describe('what the network is for'),
  data: dataSchema.optional().describe('what to train on when --data is not given'),
  outliers: z
    .string()
    .min(1)
    .optional()
    .describe(
      'examples of none of the classes, which the network learns to tell from them (outlier exposure, Hendrycks et al. 2019), so that the like is called unlike: a folder of clips or a manifest, for texts a file of lines, relative to the pipeline file; for MNIST also scribbles: signs drawn at random',
    ),
  input: inputSchema.describe('how a clip or a text becomes a sequence of vectors'),
  recurrent: recurrentSchema.describe('the network that reads the sequence'),
  distil: distilSchema
    .optional()
    .describe('a stage before the others: the encoder learns to predict the features of a larger one'),
  training: trainingSchema.describe('how the network is trained'),
  finetune: z
    .array(finetuneSchema)
    .min(1)
    .optional()
    .describe(
      'further stages, one after the other, that also train blocks of the encoder, usually the last ones first',
    ),
  split: splitSchema.prefault({}).describe('used where neither folders nor the manifest give a split'),
  seed: z
    .int()
    .min(0)
    .default(1)
    .describe(
      'draws the split, the first weights and the order of clips: the same seed gives the same model',
    ),
});

export type Settings = z.infer<typeof settingsSchema>;
