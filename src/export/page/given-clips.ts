// What was chosen or dropped, as clips.

/** A video alone, or pictures, which are the frames of one clip. */
export interface GivenClip {
  readonly name: string;
  readonly files: readonly File[];
  readonly isPictures: boolean;
  /** That it lies in, below what was given; empty where it lies in none. */
  readonly folder: string;
}

export interface GivenFolder {
  readonly files: readonly File[];
  readonly folders: ReadonlyArray<GivenFolder & { readonly name: string }>;
}

const PICTURE = /\.(jpe?g|png|webp|tiff?|avif|heic|heif)$/i;

/**
 * The clips in a folder and in those below it. Where all files of one are pictures, they are one clip; otherwise its
 * videos are clips, and pictures are what lies beside them.
 *
 * @param way names of the folders that lead to it.
 */
export function clipsIn({ files, folders }: GivenFolder, way: readonly string[] = []): GivenClip[] {
  const visible = files.filter((file) => !file.name.startsWith('.'));
  const videos = visible.filter((file) => !PICTURE.test(file.name));
  const isPictures = visible.length > 0 && videos.length === 0;
  const own = isPictures
    ? [{ name: way.at(-1) ?? 'frames', files: visible, isPictures, folder: way.slice(0, -1).join('/') }]
    : videos.map((file) => ({ name: file.name, files: [file], isPictures, folder: way.join('/') }));
  return [...own, ...folders.flatMap((folder) => clipsIn(folder, [...way, folder.name]))];
}
