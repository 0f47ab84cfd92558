import { join } from 'node:path';
import { UserError } from '../../errors.js';
import { newFolder } from '../../platform/new-folder.js';
import { loadSharp } from './load-sharp.js';
import { workBeside } from './turns.js';

export interface WriteImagesOptions {
  /** The folder to write, which must not be there; its images are 0001.png (.jpg), 0002.png and so on. */
  readonly folder: string;
  /** uint8 RGB [height, width, 3] each; taken before the next is asked for. */
  readonly frames: Iterable<Uint8Array>;
  readonly width: number;
  readonly height: number;
  readonly format: 'png' | 'jpeg';
  readonly signal?: AbortSignal;
}

/** JPEG's usual quality for photographs; a noisy frame of 160 x 120 is some 8 kB. */
const JPEG_QUALITY = 85;

/**
 * Writes frames as a folder of images. The same frames give the same bytes with the same sharp. The folder
 * appears under its name when it is whole.
 *
 * @throws UserError `aborted`; whatever `frames` throws.
 */
export async function writeImages(options: WriteImagesOptions): Promise<void> {
  await newFolder(options.folder, (temporary) => writeAll(temporary, options));
}

async function writeAll(target: string, options: WriteImagesOptions): Promise<void> {
  const sharp = await loadSharp();
  const { width, height, format } = options;
  let count = 0;
  for (const frame of options.frames) {
    if (options.signal?.aborted) throw stopped(options.folder);
    count += 1;
    const name = String(count).padStart(4, '0');
    const image = sharp(frame, { raw: { width, height, channels: 3 } });
    const write = () =>
      format === 'png'
        ? image.png().toFile(join(target, `${name}.png`))
        : image.jpeg({ quality: JPEG_QUALITY }).toFile(join(target, `${name}.jpg`));
    await workBeside(write);
  }
}

function stopped(folder: string): UserError {
  return new UserError('aborted', {
    problem: `Writing ${folder} was stopped before its end.`,
    fix: 'Nothing was kept; start again.',
  });
}
