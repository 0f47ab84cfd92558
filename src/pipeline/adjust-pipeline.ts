import { dirname, relative, resolve } from 'node:path';
import { parse as parseYaml, stringify as stringifyYaml } from 'yaml';
import { SCRIBBLES } from '../datasets/mnist/scribbles.js';
import { isEncoding } from '../datasets/texts/is-encoding.js';
import { UserError } from '../errors.js';
import { findShipped } from '../platform/shipped.js';
import type { PlaceOf } from './explain-issues.js';
import { withOwnDescription } from './own-description.js';
import { keyTwice, readWrittenPipeline } from './pipeline-file.js';
import { checkWritten, type Pipeline } from './schema.js';
import { nearestSetting } from './setting-names.js';

export interface Adjustments {
  /** Path of the pipeline's YAML file, or the name of a pipeline that ships. */
  readonly pipeline: string;
  /** Settings by their dotted names, each value as YAML has it: `{'training.epochs': '3'}`; `null` leaves one out. */
  readonly set?: Readonly<Record<string, string>> | undefined;
  readonly seed?: number | undefined;
  /** Where pretrained encoder weights come from: `hub`, a folder, or the name of a model that ships. */
  readonly weights?: string | undefined;
  /** Folder of classes, or manifest; what the pipeline names when absent. */
  readonly data?: string | undefined;
  /** What is of no class, a path; `scribbles` for MNIST. See the setting of that name. */
  readonly outliers?: string | undefined;
  /** Of the texts that it trains on; see datasets/texts/encoding-schema.ts. */
  readonly encoding?: string | undefined;
}

/**
 * Reads a pipeline and puts what the caller gave in place of its own settings. Folders are kept as seen from the pipeline's
 * file.
 *
 * @throws UserError `not_found`, `bad_config`, or `usage` for a setting that is not there, and for an encoding of what are no texts.
 */
export async function readAdjustedPipeline(adjustments: Adjustments): Promise<Pipeline> {
  return adjust(await readWrittenPipeline(adjustments.pipeline), adjustments);
}

/** As readAdjustedPipeline, of a pipeline that was read. @param adjustments.pipeline names it in errors. */
export const adjustPipeline = (pipeline: Pipeline, adjustments: Adjustments): Promise<Pipeline> =>
  adjust({ pipeline, placeOf: () => undefined }, adjustments);

async function adjust(
  written: { readonly pipeline: Pipeline; readonly placeOf: PlaceOf },
  { pipeline: path, set = {}, seed, weights, data, outliers, encoding }: Adjustments,
): Promise<Pipeline> {
  const pipeline = structuredClone(written.pipeline) as Settings; // checked again below
  for (const [name, value] of Object.entries(set)) assign(pipeline, name, parseSetting(name, value));
  if (seed !== undefined) pipeline.seed = seed;
  if (outliers !== undefined) pipeline.outliers = outliersFrom(path, outliers, written.pipeline);
  if (weights !== undefined) await assignWeights(pipeline, weights, path);
  const checked = checkWritten(pipeline, {
    origin: path,
    placeOf: placesBeside({ set, outliers }, written.placeOf),
  });
  const described = await withOwnDescription(checked, { folder: dirname(resolve(path)), data });
  const own = data === undefined ? described : withoutGenerated(described);
  return encoding === undefined ? own : withEncoding(own, encoding);
}

/** Of what is trained on other data: what is generated would be taken for it where a model is evaluated. */
const withoutGenerated = (pipeline: Pipeline): Pipeline =>
  pipeline.data?.kind === 'motion' ? { ...pipeline, data: undefined } : pipeline;

/** A pipeline whose texts are in an encoding. @throws UserError `usage` for one that is none, and where its data are no texts. */
export function withEncoding(pipeline: Pipeline, encoding: string): Pipeline {
  const { name, data } = pipeline;
  const isOfTexts = data?.kind === 'texts' || data?.kind === 'pairs';
  if (isOfTexts && isEncoding(encoding)) return { ...pipeline, data: { ...data, encoding } };
  throw new UserError('usage', {
    problem: `${encoding} is to be the encoding of texts, ${isOfTexts ? 'and is none' : `and ${name} reads no texts`}.`,
    fix: 'Leave --encoding out, or give the name of an encoding for a pipeline of texts.',
  });
}

/** What was given by --set or --outliers stands in no line of the file. */
function placesBeside(
  { set, outliers }: { set: Readonly<Record<string, string>>; outliers: string | undefined },
  placeOf: PlaceOf,
): PlaceOf {
  const names = Object.keys(set);
  return (path) => {
    const place = path.join('.');
    if (outliers !== undefined && place === 'outliers') return '--outliers';
    return names.some((name) => place === name || place.startsWith(`${name}.`)) ? '--set' : placeOf(path);
  };
}

/** The value of a setting, as YAML has it. @throws UserError `usage`. */
export function parseSetting(name: string, text: string): unknown {
  try {
    return parseYaml(text);
  } catch (cause) {
    const twice = keyTwice(cause);
    if (twice !== null) {
      throw new UserError('usage', {
        problem: `The value of ${name} has a setting twice, the second time in ${twice}: ${text}`,
        fix: 'Remove one of the two.',
        cause,
      });
    }
    throw new UserError('usage', {
      problem: `The value of ${name} is not YAML: ${text}`,
      fix: 'Give a number, a word, or a map in braces.',
      cause,
    });
  }
}

/** A value as parseSetting reads it, on one line. */
export function settingText(value: unknown): string {
  return stringifyYaml(value, { collectionStyle: 'flow', lineWidth: 0 }).trim();
}

type Settings = Record<string, unknown>;

function assign(pipeline: Settings, name: string, value: unknown): void {
  const names = name.split('.');
  const last = names.pop()!;
  const section = names.reduce<unknown>((at, key) => (at as Settings | undefined)?.[key], pipeline);
  if (typeof section !== 'object' || section === null) {
    const near = nearestSetting([...names, last]);
    throw new UserError('usage', {
      problem: `There is no setting ${name}: the pipeline has no ${names.join('.')}.`,
      fix: `${near ? `Did you mean ${near}? ` : ''}Give the name as the pipeline has it, with a dot between levels, such as training.epochs=3.`,
    });
  }
  const settings = section as Settings; // an object, as was just checked
  if (value === null) delete settings[last];
  else settings[last] = value;
}

const outliersFrom = (path: string, outliers: string, { data }: Pipeline): string =>
  outliers === SCRIBBLES && data?.kind === 'mnist'
    ? outliers
    : relative(dirname(resolve(path)), resolve(outliers)) || '.';

async function assignWeights(pipeline: Settings, weights: string, path: string): Promise<void> {
  const { encoder } = pipeline.input as { encoder?: Settings | undefined }; // every pipeline has an input
  if (!encoder) {
    throw new UserError('usage', {
      problem: `--weights ${weights} names an encoder, but the pipeline ${path} has none.`,
      fix: 'Leave --weights out.',
    });
  }
  const isWord = weights === 'hub' || weights === 'scratch';
  const isName = isWord || (await findShipped('model', weights)) !== weights;
  encoder.weights = isName ? weights : relative(dirname(resolve(path)), resolve(weights));
}
