import { UserError } from '../errors.js';
import { isSystemFolder } from '../media/system-names.js';
import { splitNamed } from './found.js';
import { GROUPS_FILE } from './groups-file.js';

/** Names that Windows keeps for devices, with any ending (learn.microsoft.com, "Naming Files, Paths, and Namespaces"). */
const DEVICES = /^(?:con|prn|aux|nul|com[0-9]|lpt[0-9])(?:\..*)?$/i;

/** Files that say something of all clips beside the folders of the classes. */
const OWN_FILES = new Set([GROUPS_FILE, 'manifest.csv', 'clips.csv']);

/** @throws UserError `usage` for what cannot be the folder of a class, on whatever system the clips may be copied to. */
export function checkClassName(label: string): void {
  const fault = faultOf(label);
  if (!fault) return;
  throw new UserError('usage', {
    problem: `A class cannot be called ${JSON.stringify(label)}: ${fault}.`,
    fix: 'Give another name, such as jump.',
  });
}

/** Its clips go into a folder of that name. */
function faultOf(label: string): string | null {
  if (label.trim() === '') return 'that is no name';
  if (label.length > 60) return 'it has more than 60 letters';
  if (label.startsWith('.')) return 'what begins with a dot is hidden';
  if (/[\p{Cc}<>:"|?*\\/]/u.test(label) || /[.\s]$|^\s/.test(label)) {
    return 'some systems take no folder of that name';
  }
  if (DEVICES.test(label)) return 'Windows keeps that name for itself';
  if (OWN_FILES.has(label.toLowerCase())) return 'a file of that name says something of all clips';
  if (isSystemFolder(label)) return 'systems make folders of that name for themselves';
  if (splitNamed(label) !== null) return 'a folder of that name stands for a part of the data';
  return null;
}
