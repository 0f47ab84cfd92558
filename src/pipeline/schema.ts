import * as z from 'zod';
import { UserError } from '../errors.js';
import { augmentationSchema } from './augmentation-schema.js';
import { contradictions } from './contradictions.js';
import { distilSchema } from './distil-schema.js';
import { encoderSchema, sizeSchema } from './encoder-schema.js';
import { splitSchema } from './split-schema.js';

/** Which frames of a clip are read. Times are seconds from the clip's start; see media/sampling.ts. */
export const samplingSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('uniform').describe('frames at the centres of equal spans of the clip'),
    frames: z.int().min(1).max(1024),
  }),
  z.strictObject({
    kind: z.literal('segments').describe('one random frame from each of equal spans; for training'),
    frames: z.int().min(1).max(1024),
  }),
  z.strictObject({
    kind: z.literal('fps').describe('frames at a fixed rate'),
    framesPerSecond: z.number().positive().max(240),
    maxFrames: z.int().min(1).max(4096),
  }),
  z.strictObject({
    kind: z.literal('keyframes').describe('the frames that the codec stored whole'),
    maxFrames: z.int().min(1).max(4096),
  }),
]);

/** How a frame becomes the encoder's square input. The same in training and prediction: bundles keep it. */
export const preprocessingSchema = z.strictObject({
  size: sizeSchema.describe('side of the square in pixels; pretrained encoders want 224'),
  fit: z.enum(['resize', 'squash']).describe('resize: short side, then centre crop; squash: both sides'),
  kernel: z.enum(['linear', 'cubic', 'lanczos3']).describe('resampling kernel'),
});

const gain = z.number().positive().max(255);

/** What the encoder is shown of a timestep; several are several streams (Simonyan and Zisserman 2014). */
const streamSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('frames').describe('the frame itself') }),
  z.strictObject({
    kind: z.literal('difference').describe('what changes to a later frame: gain x |later - frame|'),
    gain: gain.default(3),
  }),
  z.strictObject({
    kind: z
      .literal('flow')
      .describe('where each pixel goes until a later frame: red to the right, green downwards, blue how far'),
    gain: gain.default(12).describe('of 255, a pixel'),
  }),
]);

const gapSchema = z
  .discriminatedUnion('kind', [
    z.strictObject({
      kind: z.literal('frames').describe("of the clip's own"),
      frames: z.int().min(1).max(1000),
    }),
    z.strictObject({ kind: z.literal('seconds'), seconds: z.number().positive().max(60) }),
  ])
  .describe('from a frame to the later one that difference and flow compare it with');

/** What becomes a sequence of vectors, and how. The same in training and prediction: bundles keep it. */
const inputSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('frames').describe('frames of a clip or an image sequence, one embedding a timestep'),
    sampling: samplingSchema,
    preprocessing: preprocessingSchema,
    streams: z
      .array(streamSchema)
      .min(1)
      .max(8)
      .default([{ kind: 'frames' }])
      .describe('what the encoder is shown of each timestep'),
    gap: gapSchema.optional(),
    fusion: z
      .enum(['concatenate', 'average'])
      .default('concatenate')
      .describe(
        'of several streams; concatenate: one network reads their embeddings together; average: a network for each, the mean of their probabilities',
      ),
    encoder: encoderSchema,
  }),
  z.strictObject({
    kind: z.literal('rows').describe('the 28 rows of 28 pixels of a picture of a digit, one a timestep'),
  }),
]);

const recurrentSchema = z.strictObject({
  cell: z.enum(['lstm', 'gru']),
  units: z.int().min(1).max(4096),
  layers: z.int().min(0).max(8).default(1).describe('0: the readout reads the vectors themselves'),
  bidirectional: z.boolean().default(false),
  dropout: z.number().min(0).max(0.95).default(0),
  readout: z.enum(['last', 'mean', 'attention', 'pooled', 'hierarchical']).default('last'),
  segment: z
    .int()
    .min(2)
    .max(1024)
    .optional()
    .describe('timesteps of a segment where the readout is hierarchical; 8 when left out'),
});

const stage = {
  epochs: z.int().min(1).max(10_000),
  batchSize: z.int().min(1).max(4096).describe('clips a step'),
  learningRate: z.number().positive().max(10),
  steps: z.int().min(1).optional().describe('stop after so many, be it in the midst of an epoch'),
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
      'features to mean 0 and deviation 1, as the encoder gives them of the training part before it is trained',
    ),
  optimizer: z.enum(['adam', 'sgd']).default('adam').describe('adam: AdamW; sgd: without momentum'),
  initialHead: z
    .enum(['glorot', 'normal'])
    .default('glorot')
    .describe('normal: kernel and bias of the head drawn with deviation 1'),
  schedule: z.enum(['constant', 'cosine', 'one-cycle']).default('cosine'),
  warmupEpochs: z.number().min(0).default(0),
  weightDecay: z.number().min(0).default(0),
  clipNorm: z.number().positive().default(1),
  labelSmoothing: z.number().min(0).max(0.5).default(0),
  classWeights: z
    .enum(['none', 'balanced'])
    .default('none')
    .describe('balanced: examples of a rare class count more, so that all classes count the same'),
  augmentation: augmentationSchema.optional(),
  mixup: z
    .number()
    .positive()
    .max(1)
    .optional()
    .describe(
      'each sequence of a step is mixed with another one: alpha of the Beta distribution of its share; the smaller, the less most are changed',
    ),
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
  patience: z.int().min(1).optional().describe('stop after this many epochs without a better validation'),
});

const finetuneSchema = z.strictObject({
  fromBlock: z.int().min(0).describe('encoder blocks before this one stay as they are; 0: all are trained'),
  ...stage,
  warmupEpochs: z
    .number()
    .min(0)
    .optional()
    .describe('in which the learning rate rises; a quarter of the epochs, at most 1, when left out'),
});

const generated = z.strictObject({
  perClass: z.int().min(1).max(100_000).describe('clips of each class'),
  seed: z.int().min(0),
});

const dataSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('folder').describe('a folder of classes, or a manifest'),
    path: z.string().min(1).describe('from the folder of the pipeline file'),
  }),
  z.strictObject({
    kind: z.literal('motion').describe('generated motion clips, made when they are first needed'),
    train: generated,
    test: generated,
  }),
  z.strictObject({
    kind: z
      .literal('mnist')
      .describe('MNIST, downloaded when it is first needed; --data: another folder of it'),
  }),
]);

/** A pipeline: one experiment's whole recipe, as written in pipelines/*.yaml. */
export const pipelineSchema = z
  .strictObject({
    name: z.string().regex(/^[a-z0-9][a-z0-9-]*$/, 'lower-case letters, digits and hyphens'),
    description: z.string().min(1),
    data: dataSchema.optional().describe('what it trains on when --data does not say'),
    input: inputSchema,
    recurrent: recurrentSchema,
    distil: distilSchema
      .optional()
      .describe('a stage before the others: the encoder learns to give what a larger one gives'),
    training: trainingSchema,
    finetune: z
      .array(finetuneSchema)
      .min(1)
      .optional()
      .describe(
        'further stages, one after the other: the whole network; earlier blocks one by one, as a rule',
      ),
    split: splitSchema.prefault({}).describe('used where neither folders nor the manifest give a split'),
    seed: z.int().min(0).default(1),
  })
  .superRefine((pipeline, context) => {
    for (const { path, message } of contradictions(pipeline)) {
      context.addIssue({ code: 'custom', path, message });
    }
  });

export type Sampling = z.infer<typeof samplingSchema>;
export type Preprocessing = z.infer<typeof preprocessingSchema>;
export type Encoder = z.infer<typeof encoderSchema>;
export type Pipeline = z.infer<typeof pipelineSchema>;
export type FramesInput = Extract<Pipeline['input'], { kind: 'frames' }>;

export type Stream = FramesInput['streams'][number];

/** A pipeline from any value. @throws UserError `bad_config`. */
export function checkPipeline(document: unknown, origin: string): Pipeline {
  const parsed = pipelineSchema.safeParse(document);
  if (parsed.success) return parsed.data;
  throw new UserError('bad_config', {
    problem: `The pipeline ${origin} has settings that do not fit:\n${listIssues(parsed.error)}`,
    fix: 'Mend the settings named above; pipelines/motion.yaml explains each one.',
  });
}

/** One line for each thing that zod found, `  path: what is wrong`. */
export function listIssues(error: z.ZodError): string {
  return error.issues.map((issue) => `  ${issue.path.join('.') || '(top)'}: ${issue.message}`).join('\n');
}
