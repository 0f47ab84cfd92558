import { writeFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { refuseOccupied } from '../bundle/model-folder.js';
import { checkClassName } from '../datasets/class-names.js';
import { UserError } from '../errors.js';
import { makeFolder } from '../platform/make-folder.js';
import { PACKAGE_FOLDER } from '../platform/package-files.js';
import { readRegularText } from '../platform/regular-file.js';
import { shippedPath } from '../platform/shipped.js';
import { cannotMakeFolder } from '../platform/write-result.js';

/** Files that a project begins with, in which NAME stands for what it is called; the pipeline's beginning is its own. */
const FILES = ['pipeline.yaml', 'README.md'];

/** The pipeline whose recipe a project begins with. */
const RECIPE = 'actions';

/**
 * Makes a folder to train a model of one's own in: a folder of clips for each class, empty yet, a pipeline that reads
 * them, and a README.
 *
 * @param options.classes names of at least two.
 * @throws UserError `usage` for a folder that holds something, or for classes that can be no folders; `cannot_write`.
 */
export async function initProject(
  folder: string,
  { classes }: { classes: readonly string[] },
): Promise<void> {
  requireTwo(classes);
  await refuseOccupied(folder, 'argument');
  await makeProject(folder, classes);
}

/**
 * Lays the files of a project into a folder, with a folder for each class, if there are any yet.
 *
 * @throws UserError `usage` for classes that can be no folders; `cannot_write`.
 */
export async function makeProject(folder: string, classes: readonly string[]): Promise<void> {
  for (const label of classes) checkClassName(label);
  const name = nameOf(folder);
  for (const path of [join(folder, 'clips'), ...classes.map((label) => join(folder, 'clips', label))]) {
    await makeFolder(path).catch((cause: unknown) => Promise.reject(cannotMakeFolder(path, cause)));
  }
  for (const file of FILES) {
    const template = await readRegularText(join(PACKAGE_FOLDER, 'templates', file));
    const text = template.replaceAll('NAME', name);
    const path = join(folder, file);
    await writeFile(path, file === 'pipeline.yaml' ? text + (await recipe()) : text).catch((cause: unknown) =>
      Promise.reject(cannotMakeFolder(path, cause)),
    );
  }
}

/** With its comments, from where it says how clips are read. */
async function recipe(): Promise<string> {
  const text = await readRegularText(shippedPath('pipeline', RECIPE));
  return text.slice(text.indexOf('input:\n'));
}

/** What a pipeline may be called that comes closest to the folder's name. */
function nameOf(folder: string): string {
  const name = basename(resolve(folder))
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '');
  return name === '' ? 'my-clips' : name;
}

function requireTwo(classes: readonly string[]): void {
  if (new Set(classes).size >= 2) return;
  throw new UserError('usage', {
    problem: `There ${classes.length === 0 ? 'are no classes' : `is only one class, ${classes[0]}`}; a classifier needs two to tell apart.`,
    fix: 'Give at least two names, such as --classes jump fall.',
  });
}
