import { naturalOrder } from '../platform/natural-order.js';
import { listBin } from './bin.js';
import { type ClipListing, clipId, listClips, type StoredClip } from './clip-folder.js';
import type { ClipState, StudioState } from './messages.js';
import { readinessOf } from './readiness.js';
import { recipeState } from './recipe-state.js';
import type { Studio } from './studio-parts.js';
import { usableClips } from './usable-clips.js';

/** All that the page shows of a project, as it is now. */
export async function studioState(studio: Studio): Promise<StudioState> {
  const { project, checks, changes } = studio;
  // Before the clips: where it is taken back meanwhile, they are not yet said to be as they were.
  const undo = changes.undoTitle;
  await project.recipe.refresh();
  const { pipeline, problem } = project.recipe;
  const listing = await listClips(project.clips);
  const runs = await studio.runs.list();
  const usable = usableClips(listing, checks.factsOf);
  const readiness = readinessOf(listing, { pipeline, usable });
  // Beside clips that are looked at, it would be measured too slow; nobody asks before there are enough of them.
  const isReckoned = readiness.problem === null && !checks.isChecking;
  return {
    name: pipeline.name,
    classes: listing.labels.map((label) => {
      const own = listing.clips.filter((clip) => clip.label === label);
      const clips = own.map((clip) => clipState(clip, { listing, studio }));
      const learnable = usable.filter((clip) => clip.label === label);
      return { label, clips, groups: new Set(learnable.map(({ group }) => group)).size };
    }),
    check: { isChecking: checks.isChecking, ...readiness },
    undo,
    bin: (await listBin(project.bin)).map(({ id, label, name }) => ({ id, label, name })),
    runs: runs.sort((one, other) => naturalOrder(one.name, other.name)),
    recipe: await recipeState(pipeline, {
      problem,
      runs,
      reckon: () =>
        isReckoned ? studio.times.estimate({ labels: listing.labels, clips: usable }, pipeline) : null,
    }),
  };
}

function clipState(
  clip: StoredClip,
  { listing, studio }: { listing: ClipListing; studio: Studio },
): ClipState {
  const { id, name, version, bytes, isFolder, isGrouped, group } = clip;
  const facts = studio.checks.factsOf(clip);
  const same = (facts?.same ?? []).flatMap(({ exampleId, isFile }) => {
    const other = listing.clips.find((each) => each.id === clipId(exampleId));
    // Clips of one recording may look alike.
    if (!other || (!isFile && other.group === clip.group && other.label === clip.label)) return [];
    return [{ id: other.id, label: other.label, name: other.name, isFile }];
  });
  return {
    id,
    name,
    take: isGrouped ? group : null,
    version,
    bytes,
    isFolder,
    seconds: facts?.seconds ?? null,
    problem: facts?.problem ?? null,
    same,
  };
}
