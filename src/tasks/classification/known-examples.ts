import { mapInTurns } from '../../platform/in-turns.js';
import { random } from '../../random.js';
import { concatenate, type Tensor, type Weights } from '../../tensors/tensor.js';
import { fitNormal } from './fit-normal.js';
import { KNOWN_PREFIX, NORMALS, nameOf, openMeasures, PAIRS, type Shown, UNITS } from './known-distance.js';
import { keepDirections } from './nearest-direction.js';
import { normalTensors, shapesOfNormal } from './normal-tensors.js';
import { OUTLIER_HEAD } from './outlier-odds.js';
import { countPairs, MOST_PAIRED_TOKENS } from './token-pairs.js';

/** Whether weights say what a network was trained on. */
export const isDescribed = (weights: Weights): boolean => weights.has(UNITS);

/** Examples at most that are kept: with three times as many, letters were told from digits only a hundredth better. */
export const MOST_KNOWN = 2000;

/**
 * Each measure's distances of examples that a network was not trained on are taken to be log-normal. Its unit lies so many
 * standard deviations above their mean, and a distance in units is raised to a power after which one of these is a quarter, so that
 * no measure with long tails hides what the others tell.
 */
const UNIT_DEVIATIONS = 2;
const DEVIATION = 1 / 4;

/** Distances that hardly differ, or of one example alone, count as if they had this standard deviation at least. */
const LEAST_DEVIATION = 0.05;

/**
 * Of the outliers' odds, which stand last, where there is nothing but what a network was trained on: of that it is too sure, and no
 * fifth of it can be left out. 1 is where an outlier is as probable as all classes; the logarithm of the odds of unseen examples
 * deviates by 2 or so.
 */
const EVEN_ODDS = { unit: 1, power: DEVIATION / 2 };

const PARTS = 5;

/** Some of the items, at most MOST_KNOWN, drawn by the seed. */
export function drawKnown<T>(items: readonly T[], seed: number): readonly T[] {
  if (items.length <= MOST_KNOWN) return items;
  return random(seed, 'known examples').shuffle(items).slice(0, MOST_KNOWN);
}

/** What is said of examples beside what shows of them. */
interface Known {
  /** Of each. */
  readonly classes: readonly number[];
  /** How many different tokens there are, where they are texts. */
  readonly tokens?: number | undefined;
  /** OUTLIER_HEAD of a network that was trained on outliers, too. */
  readonly outlierHead?: Tensor | undefined;
}

/**
 * @param shown of examples that the network was trained on, at least one.
 * @param options.others what it was not trained on, of the same kind, for the units of the measures: those that it was trained
 *   on seem nearer than they are. Where there are none, these stand in for them, each held against the rest.
 */
export async function describeKnown(
  shown: readonly Shown[],
  { others, ...known }: Known & { others: readonly Shown[] },
): Promise<Weights> {
  const tensors = measureTensors(shown, known);
  const measured = await (others.length > 0 ? measureAll(tensors, others) : measureCrossed(shown, known));
  const units = Array.from(openMeasures(tensors), (_, index) => unitOf(measured.map((each) => each[index]!)));
  if (known.outlierHead && others.length === 0) units[units.length - 1] = EVEN_ODDS;
  const data = Float32Array.from(units.flatMap(({ unit, power }) => [unit, power]));
  return new Map([...tensors, [UNITS, { shape: [units.length, 2], data }]]);
}

function measureTensors(
  shown: readonly Shown[],
  { classes, tokens = 0, outlierHead }: Known,
): Map<string, Tensor> {
  const texts = shown.flatMap((one) => one.tokens ?? []);
  return new Map<string, Tensor>([
    ['known.readouts', keepDirections(shown.map(({ readout }) => readout))],
    ...NORMALS.flatMap((measure) => {
      const { shows, isByClass, most } = measure;
      const vectors = shown.flatMap((one) => one[shows] ?? []);
      if (vectors.length === 0) return [];
      const options = { width: vectors[0]!.length, classes: isByClass ? classes : undefined, most };
      return normalTensors(nameOf(measure), fitNormal(concatenate(vectors), options));
    }),
    ...(isPaired(tokens) ? [[PAIRS, countPairs(texts, tokens)] as const] : []),
    ...(outlierHead ? [[OUTLIER_HEAD, outlierHead] as const] : []),
  ]);
}

const isPaired = (tokens: number): boolean => tokens > 0 && tokens <= MOST_PAIRED_TOKENS;

/** Of each example, what each measure says. */
function measureAll(tensors: Weights, examples: readonly Shown[]): Promise<number[][]> {
  const measures = openMeasures(tensors);
  return mapInTurns(examples, (example) => measures.map((measure) => measure(example)));
}

/** Of each example, what the measures say that were made of others, a fifth of the examples at a time. */
async function measureCrossed(shown: readonly Shown[], { classes, ...known }: Known): Promise<number[][]> {
  const parts = Math.min(PARTS, shown.length);
  const measured: number[][] = [];
  for (let part = 0; part < parts; part++) {
    const isLeftOut = (index: number) => index % parts === part;
    const rest = shown.filter((_, index) => !isLeftOut(index));
    if (rest.length === 0) continue;
    const own = classes.filter((_, index) => !isLeftOut(index));
    const tensors = measureTensors(rest, { ...known, classes: own });
    for (const each of await measureAll(
      tensors,
      shown.filter((_, index) => isLeftOut(index)),
    ))
      measured.push(each);
  }
  return measured;
}

/** Of what Shown holds, and how many different tokens there are; 0 of what a network does not show. */
export type Widths = Readonly<Record<keyof Shown, number>>;

/**
 * The tensor among those that say what a network was trained on that does not fit the network, is missing or holds what it cannot;
 * undefined where all fit, or there are none.
 */
export function unfitKnown(
  weights: Weights,
  widths: Widths,
): { name: string; found: string; expected: string } | undefined {
  const own = [...weights.keys()].filter((name) => name.startsWith(KNOWN_PREFIX));
  if (own.length === 0) return undefined;
  const expected = expectedShapes(widths, weights.has(OUTLIER_HEAD));
  const stray = own.find((name) => !expected.has(name));
  if (stray) return { name: stray, found: shapeWords(weights.get(stray)!.shape), expected: 'none' };
  for (const [name, shape] of expected) {
    const found = weights.get(name);
    const fits =
      found &&
      shape.length === found.shape.length &&
      found.shape.every((size, axis) => shape[axis] === 'some' || shape[axis] === size);
    if (!fits) return { name, found: found ? shapeWords(found.shape) : 'none', expected: shapeWords(shape) };
  }
  const low = weights.get(UNITS)!.data.find((value) => value <= 0);
  if (low !== undefined) return { name: UNITS, found: `${low}`, expected: 'numbers above 0' };
  const negative = weights.get(PAIRS)?.data.find((count) => count < 0);
  if (negative !== undefined) return { name: PAIRS, found: `${negative}`, expected: 'counts' };
  return undefined;
}

const shapeWords = (shape: ReadonlyArray<number | 'some'>): string => `shape [${shape}]`;

/** `some` stands for any size. */
function expectedShapes(widths: Widths, hasOutlierHead: boolean) {
  const shown = NORMALS.filter(({ shows }) => widths[shows] > 0);
  const side = widths.tokens + 1;
  const others: Array<[string, Array<number | 'some'>]> = [];
  if (isPaired(widths.tokens)) others.push([PAIRS, [side, side]]);
  if (hasOutlierHead) others.push([OUTLIER_HEAD, [widths.readout + 1, 'some']]);
  return new Map<string, Array<number | 'some'>>([
    ['known.readouts', ['some', widths.readout]],
    ...shown.flatMap((measure) => shapesOfNormal(nameOf(measure), widths[measure.shows])),
    ...others,
    [UNITS, [1 + shown.length + others.length, 2]],
  ]);
}

/** Of distances of one measure; those that are 0 say nothing of their spread. */
function unitOf(distances: readonly number[]): { unit: number; power: number } {
  const logs = distances.filter((distance) => distance > 0).map(Math.log);
  if (logs.length === 0) return { unit: 1, power: 1 };
  const mean = logs.reduce((sum, value) => sum + value, 0) / logs.length;
  const variance = logs.reduce((sum, value) => sum + (value - mean) ** 2, 0) / logs.length;
  const deviation = Math.max(LEAST_DEVIATION, Math.sqrt(variance));
  return { unit: Math.exp(mean + UNIT_DEVIATIONS * deviation), power: DEVIATION / deviation };
}

/** Of examples that are like what was trained on, the share that is to be called so, as in Hendrycks and Gimpel 2017. */
const KEPT = 0.95;

/** Two standard deviations above the mean of each measure, see UNIT_DEVIATIONS. */
const LEAST_OF_FEW = 1;

/**
 * The distance beyond which an example is unlike what the network was trained on: of one more example like the given ones,
 * it loses about 5 % (conformal prediction, Vovk et al. 2005). Where they are too few to tell that, it is the longest of them,
 * and at least 1.
 *
 * @param distances of examples that it was not trained on.
 * @returns undefined without any.
 */
export function chooseMaxDistance(distances: readonly number[]): number | undefined {
  const rising = [...distances].sort((one, other) => one - other);
  const rank = Math.ceil((rising.length + 1) * KEPT);
  const longest = rising.at(-1);
  if (rank <= rising.length || longest === undefined) return rising[rank - 1];
  return Math.max(LEAST_OF_FEW, longest);
}
