import { type Split, splitByGroup } from '../datasets/split.js';
import { UserError } from '../errors.js';
import type { Pipeline } from '../pipeline/schema.js';
import { counted } from '../platform/counted.js';
import { wilsonInterval } from '../tasks/classification/metrics.js';
import type { ClipListing, StoredClip } from './clip-folder.js';

/** Whether a model can be trained on clips, and whether its test would say anything. */
export interface Readiness {
  /** Why no model can be trained yet; null where one can. */
  readonly problem: string | null;
  /** What to know before one is trained, a sentence each. */
  readonly warnings: readonly string[];
}

/**
 * Each class needs a recording for each part of the split, so that each is trained on and tested.
 *
 * @param options.usable those of the clips that a model can learn from.
 */
export function readinessOf(
  listing: ClipListing,
  { pipeline, usable }: { pipeline: Pick<Pipeline, 'split' | 'seed'>; usable: readonly StoredClip[] },
): Readiness {
  const unusable = listing.clips.length - usable.length;
  const left =
    unusable === 0
      ? []
      : [
          unusable === 1
            ? '1 clip is left out: it cannot be read, is a copy, or is in two classes.'
            : `${unusable} clips are left out: they cannot be read, are copies, or are in two classes.`,
        ];
  const problem = trainingProblem({ labels: listing.labels, clips: usable }, pipeline);
  if (problem !== null) return { problem, warnings: left };
  return { problem, warnings: [...left, ...testWarnings(listing, { pipeline, usable })] };
}

function trainingProblem({ labels, clips }: ClipListing, { split }: Pick<Pipeline, 'split'>): string | null {
  if (labels.length === 0) return 'Add two classes: the things that your model should tell apart.';
  if (labels.length === 1) return 'Add a second class: a model needs at least two.';
  const needed = 1 + Number(split.validation > 0) + Number(split.test > 0);
  const lacking = labels
    .map((label) => {
      const own = clips.filter((clip) => clip.label === label);
      return { label, clips: own.length, groups: groupsOf(own) };
    })
    .filter(({ groups }) => groups < needed);
  const [first] = lacking;
  if (!first) return null;
  const others = lacking.length > 1 ? counted(lacking.length - 1, 'other class', 'other classes') : null;
  if (first.clips === 0) {
    return `Add clips to “${first.label}”${others === null ? '' : ` and ${others}`} first.`;
  }
  return `Record “${first.label}”${others === null ? '' : ` (and ${others})`} on ${counted(needed - first.groups, 'more occasion')}: each class needs ${needed} separate recordings, to learn from and to be tested on.`;
}

const groupsOf = (clips: readonly StoredClip[]): number => new Set(clips.map(({ group }) => group)).size;

/** Below so many recordings, even a test without a mistake leaves it open whether the model is right about two in three. */
const LEAST_TESTED = 8;

/** What the test part that a training will draw is too small for. */
function testWarnings(
  listing: ClipListing,
  { pipeline, usable }: { pipeline: Pick<Pipeline, 'split' | 'seed'>; usable: readonly StoredClip[] },
): string[] {
  if (pipeline.split.test === 0) return [];
  const split = drawn(listing, pipeline);
  if (!split) return [];
  const ids = new Set(split.test.map(({ id }) => id));
  const tested = usable.filter(({ exampleId }) => ids.has(exampleId));
  const recordings = groupsOf(tested);
  if (recordings >= LEAST_TESTED) return [];
  if (recordings === 0)
    return ['No clip that counts is left to test on: record each class on more occasions.'];
  const [low] = wilsonInterval(recordings, recordings);
  return [
    `The test will be small: ${counted(tested.length, 'clip')} from ${counted(recordings, 'recording')}. Even if all are right, the true figure may be as low as ${Math.round(100 * low)} %. Record each class on more occasions for a test that says more.`,
  ];
}

/** As a training will split them; null where it cannot. */
function drawn(
  { labels, clips }: ClipListing,
  { split, seed }: Pick<Pipeline, 'split' | 'seed'>,
): Split | null {
  const examples = clips.map(({ exampleId, path, label, group }) => ({
    id: exampleId,
    path,
    label: labels.indexOf(label),
    group,
  }));
  try {
    return splitByGroup({ labels, examples, skipped: [] }, { ...split, seed });
  } catch (error) {
    if (error instanceof UserError) return null;
    throw error;
  }
}
