import type { LocatedClip } from './locate.js';

/** Width and height in pixels. */
export interface PictureSize {
  readonly width: number;
  readonly height: number;
}

/**
 * How large a clip's pictures are: of images the first one, turned upright; null where a video does not say.
 * @param located that openClip has opened.
 * @throws what sharp says of an image.
 */
export async function pictureSize(located: LocatedClip): Promise<PictureSize | null> {
  if (located.kind === 'video') return located.probe?.size ?? null;
  const { loadSharp } = await import('./images/load-sharp.js');
  const sharp = await loadSharp();
  const { workBeside } = await import('./images/turns.js');
  const { autoOrient } = await workBeside(() => sharp(located.paths[0]!).metadata());
  return { width: autoOrient.width, height: autoOrient.height };
}
