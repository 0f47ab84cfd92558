import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { withGroups } from '../datasets/groups-file.js';
import { scanFolders } from '../datasets/scan-folders.js';
import { naturalOrder } from '../platform/natural-order.js';

/** A clip as it lies in the folder of its class. */
export interface StoredClip {
  /** By which requests name it: no request names a path. */
  readonly id: string;
  /** By which datasets and results name it: `<class>/<name>`. */
  readonly exampleId: string;
  readonly label: string;
  readonly name: string;
  readonly path: string;
  /** What is never torn apart by a split. */
  readonly group: string;
  /** Whether others may be of its group. */
  readonly isGrouped: boolean;
  /** Changes with the file. */
  readonly version: string;
  readonly bytes: number;
  /** Whether it is a folder of frames. */
  readonly isFolder: boolean;
}

export interface ClipListing {
  /** In natural order, those without clips among them. */
  readonly labels: readonly string[];
  readonly clips: readonly StoredClip[];
}

/** Lists a folder with a folder of clips for each class. What is gone by the time it is looked at is left out. */
export async function listClips(folder: string): Promise<ClipListing> {
  const { examples, labels } = await withGroups(folder, await scanFolders(folder));
  const clips = await Promise.all(
    examples.map(async ({ id, path, label, group }): Promise<StoredClip[]> => {
      const status = await stat(path).catch(() => null);
      if (!status) return [];
      const name = id.slice(label.length + 1);
      const version = `${Math.round(status.mtimeMs).toString(36)}-${status.size.toString(36)}`;
      const isFolder = status.isDirectory();
      const found = { exampleId: id, label, name, path, group, version, bytes: status.size, isFolder };
      return [{ ...found, id: clipId(id), isGrouped: group !== id }];
    }),
  );
  return { labels: [...labels].sort(naturalOrder), clips: clips.flat() };
}

/** The same wherever it is looked up, and nothing that a path could be made of. */
export const clipId = (exampleId: string): string =>
  createHash('sha256').update(exampleId).digest('hex').slice(0, 20);
