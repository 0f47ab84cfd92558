import type { Pipeline } from '../pipeline/schema.js';
import { counted } from '../platform/counted.js';
import type { ClipListing } from './clip-folder.js';

/**
 * Why a model cannot be trained on these clips yet; null where it can. Each class needs a recording for each part of the
 * split, so that each is trained on and tested.
 */
export function trainingProblem(
  { labels, clips }: ClipListing,
  { split }: Pick<Pipeline, 'split'>,
): string | null {
  if (labels.length === 0) return 'Add two classes: what your model is to tell apart.';
  if (labels.length === 1) return 'Add a second class: a model needs two to tell apart.';
  const needed = 1 + Number(split.validation > 0) + Number(split.test > 0);
  const lacking = labels
    .map((label) => {
      const own = clips.filter((clip) => clip.label === label);
      return { label, clips: own.length, groups: new Set(own.map(({ group }) => group)).size };
    })
    .filter(({ groups }) => groups < needed);
  const [first] = lacking;
  if (!first) return null;
  const others =
    lacking.length > 1 ? ` (and ${counted(lacking.length - 1, 'other class', 'other classes')})` : '';
  if (first.clips === 0) return `Record or drop clips into “${first.label}”${others}.`;
  return `Record “${first.label}”${others} on ${counted(needed - first.groups, 'more occasion')}: each class needs ${needed} separate recordings, to learn from and to be tested on.`;
}
