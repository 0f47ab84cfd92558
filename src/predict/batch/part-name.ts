import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { cannotWrite } from '../../platform/cannot-write.js';
import { makeFolder } from '../../platform/make-folder.js';
import { type BatchOptions, withDefaults } from './batch-options.js';
import { type BatchSettings, settingsDigest } from './batch-settings.js';

/**
 * Where a batch writes. A shard that is given a folder (one that is there, or a name that ends with a slash) writes a
 * part into it that is called by shard and settings, so that all machines can be given the same command.
 *
 * @throws UserError `cannot_write` for a folder that cannot be made.
 */
export async function outputOf(options: BatchOptions, settings: BatchSettings): Promise<string> {
  const { out, shard, format } = withDefaults(options);
  if (!shard) return out;
  const isFolder = await stat(out).then(
    (status) => status.isDirectory(),
    () => /[\\/]$/.test(out),
  );
  if (!isFolder) return out;
  await makeFolder(out).catch((cause: unknown) => {
    throw cannotWrite(out, cause);
  });
  const count = String(shard.count);
  const index = String(shard.index).padStart(count.length, '0');
  return join(out, `part-${index}-of-${count}-${settingsDigest(settings)}.${format}`);
}
