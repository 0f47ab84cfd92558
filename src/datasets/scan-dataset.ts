import { stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { messageOf, UserError } from '../errors.js';
import { recognize } from '../media/recognize.js';
import { absentFix } from '../platform/folder-names.js';
import type { Dataset } from './dataset.js';
import type { Found } from './found.js';
import { withGroups } from './groups-file.js';
import { type DataPurpose, numberClasses } from './number-classes.js';
import { scanFolders } from './scan-folders.js';
import { scanManifest } from './scan-manifest.js';

/** Names under which a folder's manifest is found, in the order in which they are looked for. */
const MANIFEST_NAMES = ['manifest.csv', 'clips.csv'];

/**
 * Lists a dataset:
 * - a manifest, given as a CSV file or lying in the folder as manifest.csv or clips.csv, with a header row
 *   and the columns path and label, and if wanted group, split, start and end (seconds);
 * - or a folder with one folder of clips a class, `<label>/<clip>`, and if wanted groups.csv, see groups-file.ts;
 * - or such folders within train, val and test: `train/<label>/<clip>`.
 *
 * A clip is a video file, an image, or a folder of frames; whether it can be decoded is not looked at.
 * Names that begin with a dot are passed over.
 *
 * @throws UserError `not_found`; `bad_dataset` as numberClasses says, and for a manifest that is not as above, with its
 *   lines.
 */
export async function scanDataset(path: string, purpose: DataPurpose = 'training'): Promise<Dataset> {
  const found = await find(resolve(path));
  return numberClasses(found, { path, noun: 'clips', layout: LAYOUT, purpose });
}

async function find(path: string): Promise<Found> {
  const kind = await kindOf(path);
  await refuseOther(path);
  if (kind === 'file') return scanManifest(path);
  for (const name of kind === 'folder' ? MANIFEST_NAMES : []) {
    const manifest = join(path, name);
    if ((await kindOf(manifest).catch(() => null)) === 'file') return scanManifest(manifest);
  }
  return withGroups(path, await scanFolders(path));
}

/** @throws UserError `usage` for what is given in place of data. */
async function refuseOther(path: string): Promise<void> {
  const given = await recognize(path);
  if (given === 'a pipeline') {
    throw new UserError('usage', {
      problem: `${path} is a pipeline, where a dataset is expected.`,
      fix: `Give it first, and the clips with --data: clipstep train ${path} --data FOLDER`,
    });
  }
  if (given === 'a trained model') {
    throw new UserError('usage', {
      problem: `${path} is a trained model, where a dataset is expected.`,
      fix: `To say how good it is: clipstep evaluate ${path} --data FOLDER`,
    });
  }
  if (given === 'a clip') {
    throw new UserError('usage', {
      problem: `${path} is a single clip, where a dataset is expected.`,
      fix: LAYOUT,
    });
  }
}

async function kindOf(path: string): Promise<'file' | 'folder'> {
  const status = await stat(path).catch((cause: unknown) => {
    throw new UserError('not_found', {
      problem: `The dataset ${path} cannot be opened: ${messageOf(cause)}.`,
      fix: absentFix(path, 'Give a folder with one folder of clips a class, or a manifest in CSV.'),
      cause,
    });
  });
  return status.isDirectory() ? 'folder' : 'file';
}

const LAYOUT =
  'Arrange the clips as <folder>/<class>/<clip>, with two classes or more, or write a manifest with the columns path and label.';
