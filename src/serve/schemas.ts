import * as z from 'zod';
import { PLAN_KINDS } from '../media/frames.js';
import { UNKNOWN_REASONS } from '../tasks/classification/answer.js';

// What goes over the wire, for clients and for /openapi.json. Tests hold answers to it.

const share = z.number().min(0).max(1);
const seconds = z.number().min(0);
const label = z.string();

const rankedClass = z.strictObject({
  label,
  probability: share,
  seenAtSeconds: z
    .array(seconds)
    .optional()
    .describe('Of a model that answers each frame: those that show it.'),
});

const judgement = {
  label: label.nullable().describe('The answer; null where it is unknown.'),
  unknown: z
    .strictObject({ reason: z.enum(UNKNOWN_REASONS), score: z.number() })
    .optional()
    .describe('Why there is no label.'),
  probability: share.describe('Of the most probable class, even where the answer is unknown.'),
  distance: z
    .number()
    .min(0)
    .optional()
    .describe('How far it is from what the model was trained on, where the model knows.'),
  top: z.array(rankedClass).describe('The most probable classes, most probable first.'),
  frames: z.int().min(1).optional().describe('Frames that the network read; absent for a text.'),
  damaged: z.int().min(1).optional().describe('How many of these were damaged; absent when none were.'),
  plan: z.enum(PLAN_KINDS).optional().describe('How a video was decoded.'),
};

const judged = {
  input: z.string().describe('What was classified: `clip`, or the text.'),
  durationSeconds: seconds.optional().describe('Absent for a text.'),
  model: z.string(),
  engine: z.string(),
};

export const classifiedSchema = z.strictObject({
  ...judged,
  ...judgement,
  tokens: z.int().min(0).optional().describe('Of a text: its tokens.'),
  unknownTokens: z.int().min(1).optional().describe('Those of them that the model does not know.'),
  attention: z.array(z.number()).optional().describe('How much the network attends to each timestep.'),
  pieces: z.array(z.string()).optional().describe('Of a text: what each of these timesteps is.'),
  sentences: z
    .array(z.strictObject({ text: z.string(), attention: z.number() }))
    .optional()
    .describe('Of a text that is read by sentences: how much the network attends to each.'),
  timesSeconds: z.array(z.number()).optional().describe('When each of these frames is on screen.'),
});

const span = { startSeconds: seconds, endSeconds: seconds };

export const windowsSchema = z.strictObject({
  ...judged,
  windows: z.array(z.strictObject({ ...span, ...judgement })).min(1),
  segments: z
    .array(z.strictObject({ ...span, label, probability: share }))
    .describe('Neighbouring windows of one class, joined.'),
});

export const resultSchema = z.union([classifiedSchema, windowsSchema]);

export const errorSchema = z.strictObject({
  input: z.string().optional().describe('`clip`, or the text, when the input is at fault.'),
  error: z.strictObject({
    code: z.string().describe('Such as `not_media`, `corrupt`, `too_large`, `busy`; codes do not change.'),
    message: z.string().describe('What was found, and what was expected.'),
    fix: z.string().describe('What to do.'),
  }),
});

/** The body for a model that reads texts. */
export const textSchema = z.strictObject({ text: z.string() });

const LONGEST_SECONDS = 86_400;

export const querySchema = z
  .strictObject({
    top: z.coerce
      .number()
      .int()
      .min(1)
      .max(10_000)
      .optional()
      .describe('Classes that a result lists; 3 when absent.'),
    window: z.coerce
      .number()
      .min(0.1)
      .max(LONGEST_SECONDS)
      .optional()
      .describe('Seconds of a window: the clip is classified window by window.'),
    stride: z.coerce
      .number()
      .min(0.1)
      .max(LONGEST_SECONDS)
      .optional()
      .describe("Seconds from one window's start to the next one's; `window` when absent."),
  })
  .refine(({ window, stride }) => stride === undefined || window !== undefined, {
    path: ['stride'],
    message: 'works only together with window',
  });

export const modelSchema = z.strictObject({
  name: z.string(),
  description: z.string(),
  labels: z.array(label),
  reads: z.string().describe('What it classifies, such as clips.'),
  minProbability: share.describe('Below it, an answer is unknown.'),
  maxDistance: z
    .number()
    .min(0)
    .optional()
    .describe(
      'Farther than this from the training data, an answer is unknown; absent when nothing is too far.',
    ),
  members: z.int().min(1).describe('Networks whose probabilities are averaged.'),
});

export const modelsSchema = z.strictObject({ models: z.array(modelSchema) });

const tensor = z.strictObject({
  name: z.string(),
  datatype: z.enum(['BYTES', 'FP32']),
  shape: z.array(z.int()),
});

/** A model's metadata in the Open Inference Protocol (KServe v2). */
export const metadataSchema = z.strictObject({
  name: z.string(),
  versions: z.array(z.string()),
  platform: z.string(),
  inputs: z.array(tensor),
  outputs: z.array(tensor),
});

/** The same of the server. */
export const serverSchema = z.strictObject({
  name: z.string(),
  version: z.string(),
  extensions: z.array(z.string()),
});

export const liveSchema = z.strictObject({ live: z.boolean() });
export const readySchema = z.strictObject({ ready: z.boolean() });
export const modelReadySchema = z.strictObject({ name: z.string(), ready: z.boolean() });
