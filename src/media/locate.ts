import { realpath, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { messageOf, UserError } from '../errors.js';
import { absentFix, folderNames, notUtf8 } from '../platform/folder-names.js';
import { naturalOrder } from '../platform/natural-order.js';
import { refuseAddress, refuseDevice } from './address.js';
import { isClipName, isFrameName, isUnreadPictureName } from './clip-names.js';
import { readSignature } from './file-signature.js';
import { isFilm, movingPictureIn } from './images/moving.js';
import { matchPattern } from './match-pattern.js';
import { recognize } from './recognize.js';
import { isSystemFolder } from './system-names.js';
import { UNREAD_FIX, UnreadPictures } from './unread-pictures.js';
import type { Probe } from './video/probe.js';

/** What one path or pattern of a command line stands for. */
export type ResolvedInput =
  /** One clip; locateClip takes it as it is. */
  | { readonly kind: 'clip'; readonly input: string }
  | { readonly kind: 'unresolved'; readonly input: string; readonly error: UserError };

/** A clip that was found; `input` names it in errors. */
export type LocatedClip =
  | {
      readonly kind: 'video';
      readonly input: string;
      readonly path: string;
      /** By which ffmpeg reads it, where it would not find that out itself. */
      readonly demuxer?: string | undefined;
      /** What openClip has found out about it. */
      readonly probe?: Probe;
    }
  /** Images in their order, at least one; a single one may be an animation. */
  | { readonly kind: 'images'; readonly input: string; readonly paths: readonly string[] };

/**
 * Finds the clips that paths and patterns stand for, each input's in natural order:
 * - a file is one clip;
 * - a folder of images (and of no videos) is one clip; any other folder stands for all clips below it, and an image
 *   beside videos is one where it is a film;
 * - a glob, or a pattern such as `frames/%04d.png`, that matches images only is one clip, their sequence;
 *   another stands for all that it matches.
 *
 * What cannot be found does not stand in the way of the others.
 */
export async function resolveInputs(inputs: readonly string[]): Promise<ResolvedInput[]> {
  const resolved: ResolvedInput[] = [];
  for (const input of inputs) {
    try {
      for (const each of await resolveInput(input)) resolved.push(each);
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      resolved.push({ kind: 'unresolved', input, error });
    }
  }
  return resolved;
}

/**
 * Finds what one clip is made of: a file, a folder of images, or a pattern that matches images.
 *
 * @throws UserError `not_found`, `empty`, `no_frames`, `refused`, `unreadable`; `usage` for a pattern of several videos.
 */
export async function locateClip(input: string): Promise<LocatedClip> {
  const status = await statusOf(input);
  return status === 'absent' ? locateByPattern(input) : locatePresent(input, status);
}

/**
 * As locateClip, but a path means itself only: where `shot*.mp4` or `%d.mp4` is a file's own name and that
 * file is gone, no other one is taken for it.
 *
 * @throws UserError `not_found`, `empty`, `no_frames`, `refused`, `unreadable`.
 */
export async function locatePath(path: string): Promise<LocatedClip> {
  const status = await statusOf(path);
  if (status !== 'absent') return locatePresent(path, status);
  throw new UserError('not_found', {
    problem: `There is no ${path}.`,
    fix: absentFix(path, 'See whether it was moved or deleted, or its disk taken away.'),
  });
}

async function locatePresent(path: string, status: 'file' | 'folder'): Promise<LocatedClip> {
  if (status === 'file') return locateFile(path);
  const { frames, unnamed } = await listFolder(path);
  const missed = unnamed.find(({ input }) => isFrameName(input));
  if (missed) throw missed.error;
  const [only, ...others] = frames;
  if (only !== undefined && others.length === 0) return { ...(await locateFile(only)), input: path };
  if (frames.length > 0) return { kind: 'images', input: path, paths: frames };
  throw new UserError('no_frames', {
    problem: `The folder ${path} holds no images.`,
    fix: 'Give a folder of frames such as 0001.png and 0002.png, or a video file.',
  });
}

async function locateFile(path: string): Promise<LocatedClip> {
  const refuse = (cause: unknown) => Promise.reject(unreadable(path, cause));
  const isImage = (await readSignature(path).catch(refuse)) === 'image';
  const moving = isImage ? await movingPictureIn(path).catch(refuse) : { demuxer: null };
  if (!moving) return { kind: 'images', input: path, paths: [path] };
  return { kind: 'video', input: path, path, demuxer: moving.demuxer ?? undefined };
}

async function locateByPattern(pattern: string): Promise<LocatedClip> {
  const matches = await matchPattern(pattern);
  const [only, ...others] = matches;
  if (only !== undefined && others.length === 0) return { ...(await locateClip(only)), input: pattern };
  if (matches.every(isFrameName)) return { kind: 'images', input: pattern, paths: matches };
  throw new UserError('usage', {
    problem: `${pattern} matches ${matches.length} files that are not all images, but one clip is wanted.`,
    fix: 'Give the clips one by one.',
  });
}

async function resolveInput(input: string): Promise<ResolvedInput[]> {
  const status = await statusOf(input);
  if (status === 'file') return [{ kind: 'clip', input }];
  if (status === 'absent') {
    const matches = await matchPattern(input);
    if (matches.every(isFrameName)) return [{ kind: 'clip', input }];
    return (await Promise.all(matches.map(resolveInput))).flat();
  }
  const unread = new UnreadPictures();
  const clips = await clipsBelow(input, { visited: new Set(), unread });
  if (clips.length > 0) return clips;
  if ((await recognize(input)) === 'a trained model') {
    throw new UserError('usage', {
      problem: `${input} is a trained model, not a clip.`,
      fix: `To use it: clipstep classify CLIP --model ${input}`,
    });
  }
  const found = unread.sentences();
  throw new UserError('not_found', {
    problem: [`The folder ${input} holds no clips: no videos and no folders of images.`, ...found].join(' '),
    fix: found.length > 0 ? UNREAD_FIX : 'Give a folder of videos, of frames, or of folders of these.',
  });
}

interface Search {
  /** Real paths of the folders above, so that a link to one of them ends the search. */
  readonly visited: ReadonlySet<string>;
  /** Receives what is found of them. */
  readonly unread: UnreadPictures;
}

async function clipsBelow(folder: string, { visited, unread }: Search): Promise<ResolvedInput[]> {
  const real = await realpath(folder);
  if (visited.has(real)) return [];
  const { frames, clips, folders, unnamed, others } = await listFolder(folder);
  if (frames.length > 0 && clips.length === 0) return [{ kind: 'clip', input: folder }];
  for (const path of others) if (isUnreadPictureName(path)) unread.add(path);
  const films: string[] = [];
  // What cannot be read is no film, and no video either.
  for (const path of frames) if (await isFilm(path).catch(() => false)) films.push(path);
  const within = { visited: new Set([...visited, real]), unread };
  const entries = [...clips, ...films, ...folders].sort(naturalOrder);
  const found = entries.map((input) =>
    folders.includes(input) ? clipsBelow(input, within) : [{ kind: 'clip', input } as const],
  );
  return [...(await Promise.all(found)).flat(), ...unnamed];
}

interface FolderListing {
  readonly frames: readonly string[];
  readonly clips: readonly string[];
  readonly folders: readonly string[];
  readonly others: readonly string[];
  /** What cannot be opened, since its name is not UTF-8. */
  readonly unnamed: ReadonlyArray<Extract<ResolvedInput, { kind: 'unresolved' }>>;
}

/** The paths in a folder that matter here, in natural order. Names that begin with a dot do not. */
async function listFolder(folder: string): Promise<FolderListing> {
  const names = await folderNames(folder).catch((cause) => Promise.reject(unreadable(folder, cause)));
  const visible = names
    .filter(({ name }) => !name.startsWith('.'))
    .sort((one, other) => naturalOrder(one.name, other.name));
  const paths = visible.filter(({ isUtf8 }) => isUtf8).map(({ name }) => join(folder, name));
  const isFolder = await Promise.all(
    paths.map((path) =>
      stat(path).then(
        (status) => status.isDirectory(),
        () => false,
      ),
    ),
  );
  const files = paths.filter((_, index) => !isFolder[index]);
  return {
    frames: files.filter(isFrameName),
    clips: files.filter(isClipName),
    others: files.filter((path) => !isFrameName(path) && !isClipName(path)),
    folders: paths.filter((path, index) => isFolder[index] && !isSystemFolder(basename(path))),
    unnamed: visible
      .filter(({ isUtf8 }) => !isUtf8)
      .map(({ name }) => ({ kind: 'unresolved', input: join(folder, name), error: notUtf8(folder, name) })),
  };
}

/** @throws UserError `empty`, `refused` for an address, `unreadable` for what is no file (a pipe, a device) or may not be read. */
async function statusOf(path: string): Promise<'file' | 'folder' | 'absent'> {
  const status = await stat(path).catch((cause: unknown) => {
    if (isAbsent(cause)) return null;
    throw unreadable(path, cause);
  });
  if (status === null) {
    refuseAddress(path);
    return 'absent';
  }
  if (status.isDirectory()) return 'folder';
  if (!status.isFile()) refuseDevice(path);
  if (status.size > 0) return 'file';
  throw new UserError('empty', {
    problem: `${path} is empty: it has 0 bytes.`,
    fix: 'Copy or record it again, or leave it out.',
  });
}

function isAbsent(thrown: unknown): boolean {
  const code = thrown instanceof Error && 'code' in thrown ? thrown.code : undefined;
  return code === 'ENOENT' || code === 'ENOTDIR' || code === 'ENAMETOOLONG';
}

/** The error for a clip that the file system does not give. */
export function unreadable(path: string, cause: unknown): UserError {
  return new UserError('unreadable', {
    problem: `${path} cannot be read: ${messageOf(cause)}.`,
    fix: 'Give a regular file or a folder that you may read.',
    cause,
  });
}
