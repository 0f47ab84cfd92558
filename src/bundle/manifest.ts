import { z } from 'zod';
import { pipelineSchema } from '../config.js';

/** Raised whenever a reader of the version before would misread a bundle. */
export const BUNDLE_SCHEMA_VERSION = 1;

const share = z.number().min(0).max(1);

/** What was measured on the test part, which nothing was chosen by; see run/metrics.ts. */
const metricsSchema = z.strictObject({
  examples: z.int().min(1),
  accuracy: share,
  interval: z.tuple([share, share]),
  balancedAccuracy: share,
  logLoss: z.number().min(0),
  /** Accuracy on the same clips with each one's frames in a random order. */
  shuffledAccuracy: share,
});

/** `model.json`: all of a trained model but its numbers. */
export const manifestSchema = z.strictObject({
  schemaVersion: z.literal(BUNDLE_SCHEMA_VERSION),
  pipeline: pipelineSchema,
  labels: z.array(z.string().min(1)).min(2),
  /** Null when the dataset had no test part. */
  test: metricsSchema.nullable(),
  /** What it was trained and tested on, see splitDigest in data/split.ts; absent for an ensemble. */
  data: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .optional(),
  /** Networks whose probabilities are averaged; see members.ts. */
  members: z.int().min(1).max(1000).default(1),
  /** Divides the logits before softmax; fitted on the validation part, see run/calibration.ts. */
  temperature: z.number().positive().default(1),
  /** Below it, the label is `unknown`; see run/evaluate/choices.ts, for an ensemble run/crossvalidate/select-answers.ts. */
  minProbability: share.default(0),
  /** Present when the encoder computes in int8: what it was made of. */
  quantization: z
    .strictObject({
      /** sha256 of the weights of the model in float32. */
      from: z.string().regex(/^[0-9a-f]{64}$/),
      /** Frames of the training part that the ranges of its feature maps are from. */
      frames: z.int().min(1),
    })
    .optional(),
  seed: z.int().min(0),
  engine: z.string(),
  versions: z.record(z.string(), z.string()),
  weights: z.strictObject({
    file: z.literal('weights.safetensors'),
    bytes: z.int().min(1),
    sha256: z.string().regex(/^[0-9a-f]{64}$/),
  }),
});

export type Manifest = z.infer<typeof manifestSchema>;
export type TestMetrics = z.infer<typeof metricsSchema>;
