import { openClip } from '../media/frames.js';
import { stripJpeg } from '../media/images/jpeg.js';
import { locatePath } from '../media/locate.js';
import type { StoredClip } from './clip-folder.js';

/** Frames of a clip in a row. */
export interface Thumbnails {
  /** A JPEG of 5 square frames. @throws UserError as openClip, for what cannot be read. */
  of(clip: Pick<StoredClip, 'id' | 'path' | 'version'>): Promise<Uint8Array>;
}

const FRAMES = 5;
const SIDE = 96;

/** ffmpegs at once, beside a training. */
const MOST_AT_ONCE = 2;

/** Some 15 kB each. */
const MOST_KEPT = 1000;

export function thumbnails(signal: AbortSignal): Thumbnails {
  const kept = new Map<string, Promise<Uint8Array>>();
  const turns = turnsOf(MOST_AT_ONCE);
  return {
    of: ({ id, path, version }) => {
      const key = `${id} ${version}`;
      const known = kept.get(key);
      if (known) return known;
      const drawing = turns(() => draw(path, signal));
      kept.set(key, drawing);
      drawing.catch(() => kept.delete(key));
      const [oldest] = kept.keys();
      if (kept.size > MOST_KEPT && oldest !== undefined) kept.delete(oldest);
      return drawing;
    },
  };
}

async function draw(path: string, signal: AbortSignal): Promise<Uint8Array> {
  const clip = await openClip(await locatePath(path), {
    sampling: { kind: 'uniform', frames: FRAMES },
    preprocessing: { size: SIDE, fit: 'resize', kernel: 'linear' },
    allowDamaged: true,
    plan: 'quick',
    signal,
  });
  const frames: Uint8Array[] = [];
  for await (const { pixels } of clip.frames) frames.push(pixels);
  return stripJpeg(frames, SIDE);
}

/** Runs work so many at once, in the order in which it was asked for. */
function turnsOf(most: number): <T>(work: () => Promise<T>) => Promise<T> {
  const waiting: Array<() => void> = [];
  let running = 0;
  return async (work) => {
    if (running >= most) await new Promise<void>((resolve) => waiting.push(resolve));
    else running += 1;
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next) next();
      else running -= 1;
    }
  };
}
