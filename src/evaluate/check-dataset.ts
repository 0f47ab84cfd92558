import { stat } from 'node:fs/promises';
import type { Dataset, Example } from '../datasets/dataset.js';
import type { DataPurpose } from '../datasets/number-classes.js';
import { scanDataset } from '../datasets/scan-dataset.js';
import { splitByGroup } from '../datasets/split.js';
import { UserError } from '../errors.js';
import { openSequenceCache } from '../inputs/feature-cache.js';
import { openClip } from '../media/frames.js';
import { locateClip } from '../media/locate.js';
import { pictureSize } from '../media/picture-size.js';
import { concurrently } from '../platform/concurrently.js';
import { isFailureOfInput } from '../platform/failure-of-input.js';
import { type ClipPrint, clipPrint, contentOf, isDetailed } from './clip-print.js';
import type { EvaluationEvent } from './evaluation-event.js';
import { isSameOrder, nearCopiesAmong } from './near-copies.js';
import type { SkippedClip } from './skipped-clips.js';

/** What there is to know of a dataset before anything is trained on it. */
export interface DatasetCheck {
  readonly classes: readonly ClassCheck[];
  /** Of the clips that can be read, in the dataset's order. */
  readonly clips: readonly CheckedClip[];
  /** Clips that cannot be read, and why. */
  readonly broken: readonly BrokenClip[];
  /** What was found but is no clip, and why. */
  readonly skipped: readonly SkippedClip[];
  /** Clips of one class that show the same. */
  readonly copies: readonly SamePair[];
  /** Clips of different classes that show the same, in the same order: one of the two is wrong. */
  readonly contradictions: readonly SamePair[];
  /** Clips of different classes that show the same in another order, which may be what tells the classes apart. */
  readonly reordered: readonly SamePair[];
  /** Why clips cannot be split into parts as pipelines do that say nothing else; null where they can. */
  readonly splitProblem: string | null;
}

export interface BrokenClip extends SkippedClip {
  /** What to do about it. */
  readonly fix: string;
}

export interface ClassCheck {
  readonly label: string;
  readonly clips: number;
  /** What must stay together in a split, such as the films that the clips were cut from. */
  readonly groups: number;
  readonly broken: number;
}

export interface CheckedClip {
  readonly id: string;
  /** Of the part that is meant. */
  readonly durationSeconds: number;
  /** Such as `320 x 240`; null where a video does not say. */
  readonly size: string | null;
}

export interface SamePair {
  readonly ids: readonly [string, string];
  readonly labels: readonly [string, string];
  /** `content`: the same bytes; `frames`: most frames are nearly the same; `order`: so they are, in another order. */
  readonly kind: 'content' | 'frames' | 'order';
}

export interface CheckOptions {
  /** To be trained on when absent; what is only to be scored may lack classes. */
  readonly purpose?: DataPurpose | undefined;
  /** Of earlier calls: clips whose files are as they were are not looked at again. */
  readonly looks?: LookMemory | undefined;
  readonly onEvent?: ((event: EvaluationEvent) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Looks at all clips of a dataset: what there is of each class, what cannot be read, and what is there twice. Each clip is
 * decoded once for it, as a training would.
 *
 * @throws UserError as scanDataset; `aborted`, or what is missing on this machine.
 */
export async function checkDataset(path: string, options: CheckOptions = {}): Promise<DatasetCheck> {
  const dataset = await scanDataset(path, options.purpose);
  const { examples, labels, skipped } = dataset;
  const reading = { ...options, cache: openSequenceCache(options.onEvent) };
  let done = 0;
  const looks = await concurrently(examples, async (example) => {
    const look = await lookAgain(example, reading);
    options.onEvent?.({ kind: 'reading', what: 'leaks', done: ++done, total: examples.length });
    return look;
  });
  const readable = looks.filter((look): look is Readable => 'print' in look);
  const broken = looks.filter((look): look is BrokenClip & { label: number } => 'problem' in look);
  const pairs = samePairs(readable, labels);
  const unlike = pairs.filter(({ labels: [one, other] }) => one !== other);
  return {
    classes: labels.map((label, index) => ({
      label,
      clips: examples.filter((example) => example.label === index).length,
      groups: new Set(examples.filter((example) => example.label === index).map(({ group }) => group)).size,
      broken: broken.filter((clip) => clip.label === index).length,
    })),
    clips: readable.map(({ facts }) => facts),
    broken: broken.map(({ path: clip, problem, fix }) => ({ path: clip, problem, fix })),
    skipped,
    copies: pairs.filter(({ labels: [one, other] }) => one === other),
    contradictions: unlike.filter(({ kind }) => kind !== 'order'),
    reordered: unlike.filter(({ kind }) => kind === 'order'),
    splitProblem: splitProblemOf(dataset),
  };
}

/** What was found out about clips, by their files and when these were written. */
export type LookMemory = Map<string, Look>;

type Look = Readable | (BrokenClip & { readonly label: number });

interface Readable {
  readonly label: number;
  readonly facts: CheckedClip;
  readonly print: ClipPrint;
}

type Reading = CheckOptions & { readonly cache: ReturnType<typeof openSequenceCache> };

async function lookAgain(example: Example, reading: Reading): Promise<Look> {
  const { looks } = reading;
  if (!looks) return lookAt(example, reading);
  const status = await stat(example.path).catch(() => null);
  const key = `${example.path} ${status?.mtimeMs} ${status?.size}`;
  const known = looks.get(key) ?? (await lookAt(example, reading));
  looks.set(key, known);
  // Classes may have come and gone, and have other numbers.
  return { ...known, label: example.label };
}

async function lookAt(example: Example, { cache, signal }: Reading): Promise<Look> {
  const { id, path, label, startSeconds, endSeconds } = example;
  try {
    const { located, durationSeconds } = await openClip(await locateClip(path), {
      sampling: { kind: 'uniform', frames: 1 },
      preprocessing: { size: 32, fit: 'squash', kernel: 'linear' },
      startSeconds,
      endSeconds,
      signal,
    });
    const size = await pictureSize(located);
    const print = await clipPrint(example, { content: await contentOf(example), cache, signal });
    const seconds = Math.min(endSeconds ?? durationSeconds, durationSeconds) - (startSeconds ?? 0);
    const facts = { id, durationSeconds: seconds, size: size && `${size.width} x ${size.height}` };
    return { label, facts, print };
  } catch (error) {
    if (!isFailureOfInput(error)) throw error;
    return { label, path, problem: error.problem, fix: error.fix };
  }
}

function samePairs(clips: readonly Readable[], labels: readonly string[]): SamePair[] {
  const pair = (kind: SamePair['kind'], one: Readable, other: Readable): SamePair => ({
    kind,
    ids: [one.facts.id, other.facts.id],
    labels: [labels[one.label]!, labels[other.label]!],
  });
  const detailed = clips.filter(({ print }) => isDetailed(print));
  const printed = detailed.map(({ print }) => ({ ...print, part: '' }));
  return [
    ...sameContent(clips).map(([one, other]) => pair('content', one, other)),
    ...nearCopiesAmong(printed).map(([first, second]) => {
      const [one, other] = [detailed[first]!, detailed[second]!];
      return pair(isSameOrder(one.print.frames, other.print.frames) ? 'frames' : 'order', one, other);
    }),
  ];
}

/** Each clip beside the first one of its content. Parts of one file have its content, and are not the same. */
function sameContent(clips: readonly Readable[]): Array<[Readable, Readable]> {
  const firsts = new Map<string, Readable>();
  return clips.flatMap((clip): Array<[Readable, Readable]> => {
    const { content } = clip.print;
    if (content === null || clip.facts.id.includes('#')) return [];
    const first = firsts.get(content);
    if (!first) firsts.set(content, clip);
    return first ? [[first, clip]] : [];
  });
}

/** Shares of the parts where a pipeline does not say; see datasets/split-schema.ts. */
const USUAL_SPLIT = { validation: 0.15, test: 0.15, seed: 1 };

function splitProblemOf(dataset: Dataset): string | null {
  try {
    splitByGroup(dataset, USUAL_SPLIT);
    return null;
  } catch (error) {
    if (error instanceof UserError) return `${error.problem}\n${error.fix}`;
    throw error;
  }
}
