import { parse } from 'node:path';

export interface Advice {
  /** The file that the command reads, as the user names it. */
  readonly path: string;
  /** What stands between input and output, such as `-c copy`. */
  readonly options?: string;
  /** Added to the file's name for what the command writes, such as `-whole`. */
  readonly suffix: string;
  /** Of what it writes; that of the input when absent. */
  readonly extension?: string;
}

/** A line for the user's own shell that runs ffmpeg on a file, and writes beside it. */
export function ffmpegCommand({ path, options, suffix, extension }: Advice): string {
  const { dir, name, ext, root } = parse(path);
  const folder = dir === '' || dir === root ? dir : path.slice(0, dir.length + 1);
  const target = `${folder}${name}${suffix}${extension ?? ext}`;
  return ['ffmpeg -i', quoted(path), ...(options ? [options] : []), quoted(target)].join(' ');
}

/** As a shell takes it for one word. A name that begins with a dash would be an option. */
function quoted(path: string): string {
  const word = path.startsWith('-') ? `./${path}` : path;
  if (/^[\w./\\:@%+=,-]+$/.test(word)) return word;
  return process.platform === 'win32' ? `"${word}"` : `'${word.replaceAll("'", "'\\''")}'`;
}
