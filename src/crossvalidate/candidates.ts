import { UserError } from '../errors.js';
import { networksOf } from '../network/networks.js';
import {
  type Adjustments,
  parseSetting,
  readAdjustedPipeline,
  settingText,
} from '../pipeline/adjust-pipeline.js';
import type { Pipeline } from '../pipeline/schema.js';

/** Settings to choose, by their dotted names, a value each: `{'recurrent.layers': 1}`. */
export type Candidate = Readonly<Record<string, unknown>>;

/**
 * All combinations of the values that are to be chosen from, those of the last name changing fastest, each known to
 * make a pipeline that can be trained, and no two the same.
 *
 * @param choose lists of values by the names of settings, as YAML has them: `{'recurrent.layers': '[0, 1]'}`.
 * @throws UserError that names the setting or the candidate: `usage`, or as readAdjustedPipeline.
 */
export async function candidatesOf(
  choose: Readonly<Record<string, string>>,
  adjustments: Adjustments,
): Promise<Candidate[]> {
  const lists = Object.entries(choose).map(([name, text]) => ({ name, values: valuesOf(name, text) }));
  const candidates = lists.reduce<Candidate[]>(
    (combined, { name, values }) =>
      combined.flatMap((candidate) => values.map((value) => ({ ...candidate, [name]: value }))),
    [{}],
  );
  const texts = new Map<string, string>();
  for (const candidate of candidates) {
    const text = candidateText(candidate);
    const pipeline = JSON.stringify(await trainable(candidate, adjustments));
    const twin = texts.get(pipeline);
    if (twin !== undefined) throw sameTwice(twin, text);
    texts.set(pipeline, text);
  }
  for (const name of Object.keys(choose)) requireChoosable(name, adjustments.set);
  return candidates;
}

/** A pipeline's adjustments with the settings of a candidate among them. */
export function adjustedBy<T extends Adjustments>(adjustments: T, candidate: Candidate): T {
  const settings = Object.entries(candidate).map(([name, value]) => [name, settingText(value)]);
  return { ...adjustments, set: { ...adjustments.set, ...Object.fromEntries(settings) } };
}

/** For people: `recurrent.layers=1, recurrent.cell=gru`. */
export function candidateText(candidate: Candidate): string {
  return Object.entries(candidate)
    .map(([name, value]) => `${name}=${settingText(value)}`)
    .join(', ');
}

function valuesOf(name: string, text: string): unknown[] {
  const values = parseSetting(name, text);
  if (Array.isArray(values) && values.length >= 2) return values;
  throw new UserError('usage', {
    problem: `--choose gives ${text} for ${name}; expected a list of at least 2 values.`,
    fix: "Give them in brackets, such as --choose 'recurrent.layers=[0,1]'.",
  });
}

async function trainable(candidate: Candidate, adjustments: Adjustments): Promise<Pipeline> {
  try {
    const pipeline = await readAdjustedPipeline(adjustedBy(adjustments, candidate));
    // Blocks of the encoder are only counted here; classes make no difference to that.
    networksOf(pipeline, { classes: 2 });
    return pipeline;
  } catch (cause) {
    if (!(cause instanceof UserError)) throw cause;
    const problem = `The candidate ${candidateText(candidate)} cannot be trained. ${cause.problem}`;
    throw new UserError(cause.code, { problem, fix: cause.fix, cause });
  }
}

/** The network and its training; data, folds and seed are what candidates are compared on. */
const CHOOSABLE = /^(input|recurrent|training|finetune|split\.validation)(\.|$)/;

function requireChoosable(name: string, set: Adjustments['set'] = {}): void {
  if (!CHOOSABLE.test(name)) {
    throw new UserError('usage', {
      problem: `${name} cannot be chosen: it is what candidates are compared on.`,
      fix: 'Choose settings of input, recurrent, training or finetune, or split.validation.',
    });
  }
  if (name in set) {
    throw new UserError('usage', {
      problem: `${name} is both to be chosen with --choose and set to ${set[name]} with --set.`,
      fix: 'Leave one of the two out.',
    });
  }
}

function sameTwice(one: string, other: string): UserError {
  return new UserError('usage', {
    problem: `The candidates ${one} and ${other} make the same pipeline.`,
    fix: 'Give each value once, and none that another flag overrides.',
  });
}
