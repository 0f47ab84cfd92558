import { relative, resolve } from 'node:path';
import type { Adjustments } from '../pipeline/adjust-pipeline.js';

/** What most commands are given that a person may want to repeat. */
interface Repeatable extends Pick<Adjustments, 'data' | 'outliers' | 'weights' | 'encoding' | 'set'> {
  readonly pipeline?: string | undefined;
}

/**
 * A command, as one types it in the working folder.
 * @param flags further ones, in their order.
 */
export function commandLine(
  command: 'train' | 'crossvalidate' | 'work',
  { pipeline, data, outliers, weights, encoding, set = {} }: Repeatable,
  flags: ReadonlyArray<string | number>,
): string {
  return [
    ...['clipstep', command],
    ...(pipeline === undefined ? [] : [fromHere(pipeline)]),
    ...(data === undefined ? [] : ['--data', data]),
    ...(outliers === undefined ? [] : ['--outliers', outliers]),
    ...(weights === undefined ? [] : ['--weights', weights]),
    ...(encoding === undefined ? [] : ['--encoding', encoding]),
    ...Object.entries(set).flatMap(([name, value]) => ['--set', `${name}=${value}`]),
    ...flags,
  ]
    .map((word) => forShell(`${word}`))
    .join(' ');
}

/** Quoted where a shell would read it otherwise, such as `recurrent.layers=[0, 1]`. */
export const forShell = (word: string): string =>
  /^[\w./:=,@%+-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;

/** A path below the working folder as one types it; another one as it was given. */
function fromHere(path: string): string {
  const short = relative(process.cwd(), resolve(path));
  return short.startsWith('..') ? path : short;
}
