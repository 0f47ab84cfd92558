import { join } from 'node:path';
import * as z from 'zod';
import { messageOf, UserError } from '../errors.js';
import { recognize } from '../media/recognize.js';
import { explainIssues } from '../pipeline/explain-issues.js';
import { pipelineSchema } from '../pipeline/schema.js';
import { readTextFile } from '../platform/regular-file.js';
import { testSummarySchema } from '../tasks/tasks.js';

/** The file of a model's folder that holds its manifest. */
export const MANIFEST_FILE = 'model.json';

/** The one that holds its weights. */
export const WEIGHTS_FILE = 'weights.safetensors';

/** Raised whenever a reader of the version before would misread a bundle. */
export const BUNDLE_SCHEMA_VERSION = 1;

/** The one that holds the baselines that were trained with it; a model may have none. */
export const BASELINES_FILE = 'baselines.safetensors';

const share = z.number().min(0).max(1);

/** What is known of a file beside the manifest. */
const fileRecord = <Name extends string>(name: Name) =>
  z.strictObject({
    file: z.literal(name),
    bytes: z
      .int()
      .min(1)
      .max(2 ** 40),
    sha256: z.string().regex(/^[0-9a-f]{64}$/),
  });

export interface FileRecord<Name extends string = string> {
  readonly file: Name;
  readonly bytes: number;
  /** In hexadecimal. */
  readonly sha256: string;
}

/** `model.json`: all of a trained model but its numbers. */
export const manifestSchema = z.strictObject({
  schemaVersion: z.literal(BUNDLE_SCHEMA_VERSION),
  pipeline: pipelineSchema,
  /** Of the network's outputs; none where these are the tokens of the vocabulary. */
  labels: z
    .array(z.string().min(1))
    .refine(({ length }) => length !== 1, 'must be 2 or more')
    .refine((labels) => new Set(labels).size === labels.length, 'must not have one of them twice'),
  /** The symbols that its input knows, in the order of their numbers; absent where it reads none. */
  vocabulary: z.array(z.string().min(1)).optional(),
  /** Likewise those of what it translates; absent where it does not. */
  sourceVocabulary: z.array(z.string().min(1)).optional(),
  /** Null when the dataset had no test part. */
  test: testSummarySchema.nullable(),
  /** What it was trained and tested on, see splitDigest in datasets/split.ts; for an ensemble of folds, of foldsTogether. */
  data: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .optional(),
  /** Networks whose probabilities are averaged; see pack-members.ts. */
  members: z.int().min(1).max(1000).default(1),
  /** Divides the logits before softmax; fitted on examples not trained on, see tasks/classification/temperature.ts. */
  temperature: z.number().min(0.01).max(100).default(1),
  /** Below it, the answer is that the class is unknown; see evaluate/choices.ts, for an ensemble crossvalidate/select-answers.ts. */
  minProbability: share.default(0),
  /**
   * Beyond it, the answer is that the clip is unlike anything that it was trained on; see evaluate/choices.ts. Absent where
   * it does not know, or nothing is too far.
   */
  maxDistance: z.number().min(0).max(1e9).optional(),
  /** The network answers each frame by itself, and a clip by the mean of its frames' probabilities; see imagenet.ts. */
  eachFrame: z.literal(true).optional(),
  /** Present when the encoder computes in int8: what it was made of. */
  quantization: z
    .strictObject({
      /** sha256 of the weights of the model in float32. */
      from: z.string().regex(/^[0-9a-f]{64}$/),
      /** Frames of the training part that the ranges of its feature maps are from. */
      frames: z
        .int()
        .min(1)
        .max(2 ** 31),
    })
    .optional(),
  seed: z.int().min(0).max(Number.MAX_SAFE_INTEGER),
  engine: z.string(),
  versions: z.record(z.string(), z.string()),
  weights: fileRecord(WEIGHTS_FILE),
  /** Absent where it keeps none. */
  baselines: fileRecord(BASELINES_FILE).optional(),
});

export type Manifest = z.infer<typeof manifestSchema>;

/**
 * Reads what a trained model says of itself, without its weights.
 * @throws UserError `not_found` or `bad_bundle`, as loadBundle.
 */
export async function readManifest(folder: string): Promise<Manifest> {
  const path = join(folder, MANIFEST_FILE);
  const text = await readTextFile(path, { maxBytes: MAX_MANIFEST_BYTES }).catch(async (cause: unknown) => {
    if (!isAbsent(cause)) throw damaged(path, `cannot be read: ${messageOf(cause)}`, cause);
    throw await noModel(folder, cause);
  });
  return parseManifest(text, path);
}

async function noModel(folder: string, cause: unknown): Promise<UserError> {
  const given = await recognize(folder);
  const isOther = given !== null && given !== 'a folder';
  return new UserError('not_found', {
    problem: isOther
      ? `${folder} is ${given}, not the folder of a trained model.`
      : `${folder} is not a model folder: its ${MANIFEST_FILE} cannot be read (${messageOf(cause)}).`,
    fix: `${given === 'a folder' ? 'The model comes first; give the clips with --data. ' : ''}Give the folder that \`clipstep train --out\` wrote, or the name of a model that ships: \`clipstep models\` lists them.`,
    cause,
  });
}

/** One with a vocabulary of 100,000 words has some megabytes. */
const MAX_MANIFEST_BYTES = 64e6;

const isAbsent = (cause: unknown): boolean =>
  cause instanceof Error && 'code' in cause && (cause.code === 'ENOENT' || cause.code === 'ENOTDIR');

function parseManifest(text: string, path: string): Manifest {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch (cause) {
    throw damaged(path, `is not JSON: ${messageOf(cause)}`, cause);
  }
  const version = (document as { schemaVersion?: unknown } | null)?.schemaVersion;
  if (typeof version === 'number' && version > BUNDLE_SCHEMA_VERSION) {
    throw new UserError('bad_bundle', {
      problem: `${path} has schema version ${version}; this Clipstep reads up to ${BUNDLE_SCHEMA_VERSION}.`,
      fix: 'Use a newer Clipstep, or train the model again with this one.',
    });
  }
  // To compile the schema takes twice as long as to parse with it once.
  const parsed = manifestSchema.safeParse(document, { jitless: true });
  if (!parsed.success) {
    const lines = explainIssues(parsed.error, { document, placeOf: () => undefined });
    throw damaged(path, `has values that do not fit:\n${lines}`);
  }
  return parsed.data;
}

/** The error of a model's file that is not as it was written. */
export function damaged(path: string, what: string, cause?: unknown): UserError {
  return new UserError('bad_bundle', {
    problem: `${path} ${what}.`,
    fix: 'Copy the model folder again from where it came, or train it again.',
    cause,
  });
}
