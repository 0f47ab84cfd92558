// The licences of what is in dist/ and not Clipstep's own.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { glob } from 'tinyglobby';

/** Where a package has no file with its licence, or lacks the notices of what is in it, this has the text. */
const KEPT = 'licences';

const LICENCE_FILES = ['licen[cs]e*', 'licen[cs]es/*', 'notice*', 'copyright*'];

/** The folders of the packages that modules were taken from. */
export function bundledPackages(modules) {
  const folders = modules.map((id) => /node_modules\/(?:@[^/]+\/)?[^/]+/.exec(id)?.[0]);
  return [...new Set(folders)].filter((folder) => folder !== undefined).sort();
}

/** One text with the name, version and licence of the package in each folder. */
export async function thirdPartyLicences(folders) {
  const texts = await Promise.all(folders.map(licenceOf));
  return `Clipstep contains what follows, under the licences given.\n\n${texts.join('\n')}`;
}

async function licenceOf(folder) {
  const { name, version, license } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'));
  const found = await glob(LICENCE_FILES, { cwd: folder, absolute: true, caseSensitiveMatch: false });
  // Of onnxruntime's packages all come from the same sources.
  const kept = join(KEPT, name.replace('/', '-').replace(/^onnxruntime-.*/, 'onnxruntime'));
  const notices = await glob(`${kept}.notices.txt`);
  const paths = [...(found.length > 0 ? found.sort() : [`${kept}.txt`]), ...notices];
  const texts = await Promise.all(paths.map(readText));
  return [`${'='.repeat(80)}\n${name} ${version} (${license})\n`, ...texts].join('\n');
}

async function readText(path) {
  return `${(await readFile(path, 'utf8')).trim()}\n`;
}
