import { basename, resolve } from 'node:path';
import { cacheFolder } from '../../platform/cache-folder.js';
import type { DownloadLimits } from '../../platform/fetch-bytes.js';
import type { DownloadProgress } from '../remote-file.js';
import { downloadFiles } from './download.js';
import { filesOf, MNIST, type RemoteMnist } from './files.js';
import { readMnistFolder } from './folder.js';
import type { LabelledImages } from './labelled-images.js';
import { generateStrokes } from './strokes.js';

export interface MnistDataset {
  /** `mnist`: the files are MNIST's own, by their digests. `other`: a folder's, in the same form. */
  readonly kind: 'mnist' | 'strokes' | 'other';
  /** For people. */
  readonly name: string;
  readonly train: LabelledImages;
  readonly test: LabelledImages;
  /** The folder that was read, or how the images were made. */
  readonly source: string;
}

export interface OpenMnistOptions {
  /** A folder with the four files, gzipped or not, or `strokes`; MNIST from the cache or a mirror if absent. */
  readonly data?: string | undefined;
  readonly remote?: RemoteMnist | undefined;
  readonly limits?: DownloadLimits | undefined;
  readonly onProgress?: ((progress: DownloadProgress) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Only what is MNIST, byte for byte, is called so. */
export const MNIST_NAME = 'MNIST';

/** Some 2 s of drawing. The seed is the dataset's own: another one would be another dataset. */
const STROKES = { train: 20_000, test: 5_000, seed: 1 };

/**
 * Opens MNIST, a folder in its form, or the generated digits that stand in for it where there is no network.
 * Downloaded files are kept in the cache and checked each time: a damaged one is fetched again.
 *
 * @throws UserError `bad_dataset`, `not_found` or `unreadable` for a folder's defects, `download_failed`,
 *   `aborted`.
 */
export async function openMnist(options: OpenMnistOptions = {}): Promise<MnistDataset> {
  const { data, remote = MNIST, limits, onProgress, signal } = options;
  if (data === 'strokes') return openStrokes();
  if (data !== undefined) return openFolder(resolve(data), remote);
  const folder = cacheFolder('datasets', 'mnist');
  const { mirrors, files } = remote;
  await downloadFiles(filesOf(files), { mirrors, folder, limits, onProgress, signal });
  return openFolder(folder, remote);
}

function openStrokes(): MnistDataset {
  const { train, test, seed } = STROKES;
  return {
    kind: 'strokes',
    name: 'strokes: generated digits, not MNIST',
    train: generateStrokes({ count: train, part: 'train', seed }),
    test: generateStrokes({ count: test, part: 'test', seed }),
    source: `generated from seed ${seed}`,
  };
}

async function openFolder(folder: string, { files }: RemoteMnist): Promise<MnistDataset> {
  const { train, test, digests } = await readMnistFolder(folder);
  const isMnist = filesOf(files).every(({ sha256 }, index) => sha256 === filesOf(digests)[index]);
  const name = isMnist ? MNIST_NAME : `${basename(folder)}: images in MNIST's form, not MNIST`;
  return { kind: isMnist ? 'mnist' : 'other', name, train, test, source: folder };
}
