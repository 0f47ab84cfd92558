/** A clip, as far as its pictures are asked for. */
export interface ClipPictures {
  readonly seconds: number;
  /** What is on screen at a time. */
  at(seconds: number): Promise<ClipPicture>;
  close(): void;
}

export interface ClipPicture {
  readonly picture: ImageBitmap;
  /** When it comes onto the screen. */
  readonly startSeconds: number;
}

/** One a second, in the natural order of their names. */
export async function openPictures(files: readonly File[]): Promise<ClipPictures> {
  const { compare } = new Intl.Collator('en', { numeric: true });
  const ordered = [...files].sort((one, other) => compare(one.name, other.name));
  return {
    seconds: ordered.length,
    at: async (seconds) => {
      const startSeconds = Math.min(Math.floor(seconds), ordered.length - 1);
      const file = ordered[startSeconds]!; // at least one
      const picture = await createImageBitmap(file).catch(() => {
        throw new Error(`This browser cannot show ${file.name}. Give JPEG, PNG or WebP.`);
      });
      return { picture, startSeconds };
    },
    close: () => {},
  };
}

/** What browsers show of an animation's picture that has no time, or none above 10 ms. */
const DEFAULT_MICROSECONDS = 100_000;
const SHORTEST_MICROSECONDS = 11_000;

/**
 * A picture that moves, such as a GIF; null for one that stands still.
 *
 * @throws Error for what the browser does not read.
 */
export async function openAnimation(file: File): Promise<ClipPictures | null> {
  const { type } = file;
  if (!('ImageDecoder' in globalThis) || !(await ImageDecoder.isTypeSupported(type))) {
    if (type !== 'image/gif') return null;
    throw new Error('This browser does not say what is in a GIF. Give a video instead.');
  }
  const decoder = new ImageDecoder({ data: await file.arrayBuffer(), type });
  await decoder.tracks.ready.catch(() => {
    throw new Error(`${file.name} is damaged, or no picture that this browser reads.`);
  });
  const frames = decoder.tracks.selectedTrack?.frameCount ?? 0;
  if (frames < 2) return null;
  const ends: number[] = [];
  for (let index = 0; index < frames; index++) {
    const { image } = await decoder.decode({ frameIndex: index });
    const given = image.duration ?? 0;
    const duration = given < SHORTEST_MICROSECONDS ? DEFAULT_MICROSECONDS : given;
    ends.push((ends.at(-1) ?? 0) + duration / 1e6);
    image.close();
  }
  return {
    seconds: ends.at(-1)!, // two or more
    at: async (seconds) => {
      const found = ends.findIndex((end) => seconds < end);
      const frameIndex = found < 0 ? ends.length - 1 : found;
      const { image } = await decoder.decode({ frameIndex });
      const picture = await createImageBitmap(image);
      image.close();
      return { picture, startSeconds: ends[frameIndex - 1] ?? 0 };
    },
    close: () => decoder.close(),
  };
}
