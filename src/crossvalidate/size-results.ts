import { createHash } from 'node:crypto';
import { join } from 'node:path';
import * as z from 'zod';
import { splitDigest } from '../datasets/split.js';
import { cannotWrite } from '../platform/cannot-write.js';
import { readRegularText } from '../platform/regular-file.js';
import { replaceFile } from '../platform/replace-file.js';
import type { OpenedTraining } from '../train/open-training.js';

const resultSchema = z.strictObject({
  /** See trainingDigest. */
  digest: z.string(),
  /** Examples that it trained on. */
  trained: z.int().min(1),
  /** Of its test part, as are the answers; the mean, in nats. */
  logLoss: z.number().min(0),
  answers: z.array(z.strictObject({ group: z.string(), isRight: z.boolean() })).min(1),
});

/** What came of one fold's training on some of its examples. */
export type SizeResult = z.infer<typeof resultSchema>;

/** Results that are kept in a file, by what they are of. */
export interface SizeResults {
  find(digest: string): SizeResult | undefined;
  /** Keeps another one. @throws UserError `cannot_write`. */
  add(result: SizeResult): Promise<SizeResult>;
}

/** Opens the results in the folder of a cross-validation. What cannot be read of them is worked out again. */
export async function openSizeResults(folder: string): Promise<SizeResults> {
  const path = join(folder, 'sizes.json');
  const kept = readResults(await readRegularText(path).catch(() => null));
  return {
    find: (digest) => kept.find((result) => result.digest === digest),
    add: async (result) => {
      kept.push(result);
      const text = `${JSON.stringify(kept, null, 2)}\n`;
      await replaceFile(path, text, { isSynced: true, failure: cannotWrite });
      return result;
    },
  };
}

function readResults(text: string | null): SizeResult[] {
  if (text === null) return [];
  try {
    return z.array(resultSchema).parse(JSON.parse(text));
  } catch {
    return [];
  }
}

/** sha256 (hex) of all that a training's result depends on. */
export function trainingDigest({ run, split, engine }: OpenedTraining): string {
  return createHash('sha256')
    .update(JSON.stringify([run.pipeline, splitDigest(run, split), engine]))
    .digest('hex');
}
