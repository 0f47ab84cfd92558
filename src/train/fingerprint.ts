import { createHash } from 'node:crypto';
import * as z from 'zod';
import type { Example } from '../datasets/dataset.js';
import type { Split } from '../datasets/split.js';
import type { Pipeline } from '../pipeline/schema.js';
import { counted } from '../platform/counted.js';

/** What must be the same for a training to go on. */
export const fingerprintSchema = z.strictObject({
  pipeline: z.record(z.string(), z.unknown()),
  /** For people, with a digest for what they do not see. */
  dataset: z.string(),
  engine: z.string(),
  /** sha256 of the weights of the model that it goes on from; empty where it starts anew. */
  model: z.string(),
});

export type Fingerprint = z.infer<typeof fingerprintSchema>;

/** As files have it, in which what is undefined is absent. */
export const pipelineFingerprint = (pipeline: Pipeline): Fingerprint['pipeline'] =>
  JSON.parse(JSON.stringify(pipeline));

/** @param options.digest as splitDigest gives it. */
export function splitFingerprint(
  { train, validation, test }: Split,
  { digest, outliers }: { digest: string; outliers: readonly Example[] },
): string {
  const counts = `${train.length} to train on, ${validation.length} to validate, ${test.length} to test`;
  return `${counts} (${digest.slice(0, 12)})${outliers.length > 0 ? outlierFingerprint(outliers) : ''}`;
}

function outlierFingerprint(outliers: readonly Example[]): string {
  const digest = createHash('sha256')
    .update(JSON.stringify(outliers.map(({ id }) => id)))
    .digest('hex');
  return `, ${counted(outliers.length, 'outlier')} (${digest.slice(0, 12)})`;
}

/**
 * Without how long those stages are to be that are not over: a training that goes on may be given another length.
 * @param progress.stage that it stands in, among all stages of all networks.
 */
export function withoutOpenLengths(
  fingerprint: Fingerprint,
  { stage }: { readonly stage: number },
): Fingerprint {
  const { distil, training, finetune = [] } = stagesSchema.parse(fingerprint.pipeline);
  // A training that goes on from a model distils no encoder.
  const first = distil && fingerprint.model === '' ? 1 : 0;
  const open = (section: object, place: number) =>
    place < stage ? section : { ...section, epochs: undefined, steps: undefined };
  const pipeline = {
    ...fingerprint.pipeline,
    distil: distil && open(distil, 0),
    training: open(training, first),
    finetune: finetune.map((section, index) => open(section, first + 1 + index)),
  };
  return { ...fingerprint, pipeline };
}

const sectionSchema = z.record(z.string(), z.unknown());

const stagesSchema = z.object({
  distil: sectionSchema.optional(),
  training: sectionSchema,
  finetune: z.array(sectionSchema).optional(),
});

/** A line for each thing that differs, with what it was and what it is; nothing where all is the same. */
export const differencesText = (was: Fingerprint, is: Fingerprint): string => compared(flat(was), flat(is));

/** Each thing that differs, such as `training.steps: was 500, is 1000`. */
export const differences = (was: Fingerprint, is: Fingerprint): string[] => differing(flat(was), flat(is));

/** As differencesText, of pipelines alone. */
export const pipelineDifferences = (was: Pipeline, is: Pipeline): string =>
  compared(settingsOf(was), settingsOf(is));

/** Every setting of a pipeline as text, by its dotted name. */
export const settingsOf = (pipeline: Pipeline): Map<string, string> =>
  new Map(leaves(pipelineFingerprint(pipeline), ''));

/** A line for each name whose text differs; nothing where all are the same. */
export function compared(before: ReadonlyMap<string, string>, now: ReadonlyMap<string, string>): string {
  return differing(before, now)
    .map((difference) => `  ${difference}`)
    .join('\n');
}

function differing(before: ReadonlyMap<string, string>, now: ReadonlyMap<string, string>): string[] {
  const names = [...new Set([...before.keys(), ...now.keys()])];
  return names
    .filter((name) => before.get(name) !== now.get(name))
    .map((name) => `${name}: was ${before.get(name) ?? 'left out'}, is ${now.get(name) ?? 'left out'}`);
}

/** Every setting by its dotted name; beside them the data and the engine. */
function flat({ pipeline, dataset, engine, model }: Fingerprint): Map<string, string> {
  return new Map([
    ...leaves(pipeline, ''),
    ['the data', dataset],
    ['--engine', engine],
    ['--from', model || 'left out'],
  ]);
}

function leaves(value: unknown, name: string): Array<[string, string]> {
  if (typeof value !== 'object' || value === null) return [[name, String(value)]];
  return Object.entries(value).flatMap(([key, inner]) => leaves(inner, name === '' ? key : `${name}.${key}`));
}
