import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { delimiter, join, resolve } from 'node:path';

/** The files of that name in the folders of PATH that may be run, in their order. */
export async function programsOnPath(name: string): Promise<string[]> {
  const fileName = process.platform === 'win32' && !/\.\w+$/.test(name) ? `${name}.exe` : name;
  const folders = (process.env.PATH ?? '').split(delimiter).filter((folder) => folder !== '');
  const paths = folders.map((folder) => resolve(join(folder, fileName)));
  const runnable = await Promise.all(paths.map(isExecutableFile));
  return paths.filter((_, index) => runnable[index]);
}

export async function isExecutableFile(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK);
    return (await stat(path)).isFile();
  } catch {
    return false;
  }
}
