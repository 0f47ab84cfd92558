import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { scanFolders } from '../datasets/scan-folders.js';
import { UserError } from '../errors.js';
import { exists, unlessAbsent } from '../platform/exists.js';
import { makeFolder } from '../platform/make-folder.js';
import { cannotMakeFolder } from '../platform/write-result.js';
import { makeProject } from '../workflows/init-project.js';
import { openRecipe, type Recipe } from './project-recipe.js';

/** Where a project keeps what. Names that begin with a dot are passed over by all that reads clips. */
export interface ProjectFolder {
  /** As it was given. */
  readonly folder: string;
  readonly recipe: Recipe;
  /** A folder for each class. */
  readonly clips: string;
  /** A folder for each run. */
  readonly models: string;
  /** The studio's own: the bin, what is arriving, and how runs went. */
  readonly own: string;
  readonly bin: string;
  readonly arriving: string;
  readonly runs: string;
}

/**
 * Opens the folder of a project as `clipstep init` makes it, and makes it where there is none yet.
 *
 * @throws UserError `usage` for a folder that holds something else, for clips that a manifest lists or that are split by
 *   folders, and as openRecipe; `cannot_write`.
 */
export async function openProjectFolder(folder: string): Promise<ProjectFolder> {
  const pipelinePath = join(folder, 'pipeline.yaml');
  if (!(await exists(pipelinePath))) {
    await refuseOther(folder).catch((error: unknown) =>
      Promise.reject(error instanceof UserError ? error : cannotMakeFolder(folder, error)),
    );
    await makeProject(folder, []);
  }
  const recipe = await openRecipe(pipelinePath);
  const own = join(folder, '.studio');
  const paths = {
    clips: join(folder, 'clips'),
    models: join(folder, 'models'),
    own,
    bin: join(own, 'bin'),
    arriving: join(own, 'arriving'),
    runs: join(own, 'runs'),
  };
  for (const path of Object.values(paths)) {
    await makeFolder(path).catch((cause: unknown) => Promise.reject(cannotMakeFolder(path, cause)));
  }
  await refuseArranged(paths.clips);
  return { folder, recipe, ...paths };
}

/** A project is made in a folder that is not there, is empty, or holds clips alone. */
async function refuseOther(folder: string): Promise<void> {
  const found = await unlessAbsent(stat(folder));
  if (found && !found.isDirectory()) {
    throw new UserError('usage', {
      problem: `${folder} is a file; the studio opens a folder.`,
      fix: 'Give the folder of a project, or a new one.',
    });
  }
  const names = ((await unlessAbsent(readdir(folder))) ?? []).filter((name) => !name.startsWith('.'));
  if (names.every((name) => name === 'clips')) return;
  throw new UserError('usage', {
    problem: `${folder} holds ${names.slice(0, 3).join(', ')}, but no pipeline.yaml: it is not a project.`,
    fix: 'Give a new folder, or one that `clipstep init` or `clipstep studio` made.',
  });
}

async function refuseArranged(clips: string): Promise<void> {
  const manifests = ['manifest.csv', 'clips.csv'].map((name) => join(clips, name));
  for (const path of manifests) {
    if (!(await exists(path))) continue;
    throw new UserError('usage', {
      problem: `${path} lists the clips, and the studio arranges them by their folders.`,
      fix: 'Take it away where each class has a folder; groups.csv says which clips belong together.',
    });
  }
  if ((await scanFolders(clips)).examples.every(({ split }) => split === undefined)) return;
  throw new UserError('usage', {
    problem: `${clips} is split into train and test by its folders, which the studio does itself.`,
    fix: 'Move the folders of the classes directly into it.',
  });
}
