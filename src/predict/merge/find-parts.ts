import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf, UserError } from '../../errors.js';
import { naturalOrder } from '../../platform/natural-order.js';

/** Results that a folder holds. */
const IS_PART = /\.(jsonl|parquet)$/;
/** A batch's own files beside its results. */
const IS_BESIDE = /\.(clips|segments)\.jsonl$/;

/**
 * The parts of these paths, and of these folders in natural order.
 *
 * @param options.mayBeNone whether there may be no part yet.
 * @throws UserError `not_found`.
 */
export async function findParts(
  given: readonly string[],
  { mayBeNone = false }: { mayBeNone?: boolean } = {},
): Promise<string[]> {
  const paths: string[] = [];
  for (const path of given) {
    const status = await stat(path).catch((cause: unknown) => {
      throw new UserError('not_found', {
        problem: `The part ${path} cannot be opened: ${messageOf(cause)}.`,
        fix: 'Give the results of `clipstep batch` or `clipstep work`, or the folder that they lie in.',
        cause,
      });
    });
    if (!status.isDirectory()) paths.push(path);
    else {
      const names = (await readdir(path)).filter((name) => IS_PART.test(name) && !IS_BESIDE.test(name));
      for (const name of names.sort(naturalOrder)) paths.push(join(path, name));
    }
  }
  if (paths.length > 0 || mayBeNone) return paths;
  throw new UserError('not_found', {
    problem: `${given.join(', ')} ${given.length === 1 ? 'holds' : 'hold'} no parts: no .jsonl and no .parquet.`,
    fix: 'Give the folder that `clipstep batch --shard` or `clipstep work` has written to.',
  });
}
