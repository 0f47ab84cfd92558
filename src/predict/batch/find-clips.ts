import { lstat, realpath, stat } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve, sep } from 'node:path';
import type { Skipped } from '../../datasets/dataset.js';
import { systemFolders } from '../../datasets/found.js';
import { messageOf, UserError } from '../../errors.js';
import { isClipName, isFrameName } from '../../media/clip-names.js';
import { readSignature } from '../../media/file-signature.js';
import { isSystemFolder } from '../../media/system-names.js';
import { counted } from '../../platform/counted.js';
import { folderNames, notUtf8 } from '../../platform/folder-names.js';
import { naturalOrder } from '../../platform/natural-order.js';

/** A clip of a batch, not opened yet, or a text. */
export interface BatchClip {
  readonly id: string;
  /** Absolute path of a video, an image or a folder of frames; of the file that a text stands in. */
  readonly path: string;
  /** The text itself; absent for a clip. */
  readonly text?: string | undefined;
  readonly truth?: string | undefined;
  /** The part that is meant; the whole when absent. */
  readonly startSeconds?: number | undefined;
  readonly endSeconds?: number | undefined;
  /** Why it cannot be read, where the listing has found that out. */
  readonly problem?: UserError | undefined;
}

export interface FoundClips {
  /** In natural order. */
  readonly clips: readonly BatchClip[];
  /** What may have been meant as a clip but is none, each with the reason. */
  readonly skipped: readonly Skipped[];
}

export interface FindOptions {
  /** A folder of one of these names gives the class of the clips below it. */
  readonly labels: ReadonlySet<string>;
  /** Whether the images of a folder are the frames of one sequence, or each is a clip. */
  readonly images: 'frames' | 'clips';
  readonly followLinks: boolean;
  readonly signal: AbortSignal;
}

/**
 * Lists the clips below a folder: every video, and every folder that holds images and no videos, which is
 * one sequence (or, as `images` says, every image). Files whose names say nothing are clips when they begin like a video. Names that begin with a
 * dot are passed over, and so are folders that systems leave, which is told once.
 *
 * A link is followed when it stays within the folder, or anywhere with `followLinks`. A folder is listed once
 * by its own path and once by a link, so that loops end. What should be there but cannot be read (a folder
 * without permission, a link to nothing, a name that is not UTF-8) is a clip with a `problem`, so that it is
 * not forgotten.
 *
 * @throws UserError `aborted`; what the file system says of the folder itself.
 */
export async function findClips(folder: string, options: FindOptions): Promise<FoundClips> {
  const root = resolve(folder);
  const walk: Walk = {
    ...options,
    root,
    realRoot: await realpath(root),
    clips: [],
    skipped: [],
    passedOver: [],
    linked: new Set<string>(),
  };
  await visit(walk, { path: root });
  return { clips: walk.clips, skipped: [...walk.skipped, ...systemFolders(walk.passedOver)] };
}

interface Walk extends FindOptions {
  readonly root: string;
  readonly realRoot: string;
  readonly clips: BatchClip[];
  readonly skipped: Skipped[];
  /** Folders that systems leave. */
  readonly passedOver: string[];
  /** Real paths of the folders that were reached by a link. */
  readonly linked: Set<string>;
}

interface Folder {
  readonly path: string;
  /** Class of the clips below it. */
  readonly truth?: string | undefined;
}

/** A name in a folder that matters here. */
interface Entry {
  readonly name: string;
  readonly path: string;
  readonly found: Found;
}

type Found = 'folder' | 'frame' | 'clip' | { readonly problem: UserError };

async function visit(walk: Walk, folder: Folder): Promise<void> {
  if (walk.signal.aborted) throw stopped(walk.root);
  const entries = await listEntries(walk, folder);
  const frames = entries.filter(({ found }) => found === 'frame');
  const hasClips = entries.some(({ found }) => found === 'clip');
  if (frames.length > 0 && !hasClips) addClip(walk, folder);
  if (frames.length > 0 && hasClips) {
    const problem = `Videos lie in the same folder, so its ${counted(frames.length, 'image')} cannot be a sequence.`;
    walk.skipped.push({ path: folder.path, problem });
  }
  for (const { name, path, found } of entries) {
    if (found === 'clip') addClip(walk, { ...folder, path });
    else if (found === 'folder')
      await visit(walk, { path, truth: walk.labels.has(name) ? name : folder.truth });
    else if (found !== 'frame') addClip(walk, { ...folder, path, ...found });
  }
}

/** What matters of a folder, in natural order. */
async function listEntries(walk: Walk, folder: Folder): Promise<Entry[]> {
  const names = await folderNames(folder.path).catch((cause: unknown) => {
    addClip(walk, { ...folder, problem: unreadable(folder.path, messageOf(cause)) });
    return [];
  });
  const entries: Entry[] = [];
  for (const { name, isUtf8 } of names) {
    const path = join(folder.path, name);
    if (name.startsWith('.')) continue;
    const found = isUtf8 ? await look(walk, path) : { problem: notUtf8(folder.path, name) };
    if (found === 'folder' && isSystemFolder(name)) walk.passedOver.push(path);
    else if (found) entries.push({ name, path, found });
  }
  return entries.sort((one, other) => naturalOrder(one.name, other.name));
}

/** What lies at a path; null when it is no clip, which is noted where it may have been meant as one. */
async function look(walk: Walk, path: string): Promise<Found | null> {
  try {
    const isLink = (await lstat(path)).isSymbolicLink();
    const status = await stat(path);
    if (isLink && !(await mayFollow(walk, { path, isFolder: status.isDirectory() }))) return null;
    if (status.isDirectory()) return 'folder';
    if (status.isFile()) return await lookIntoFile(path, walk);
    walk.skipped.push({ path, problem: 'It is a pipe, a socket or a device.' });
    return null;
  } catch (cause) {
    const words = messageOf(cause);
    if (!/^ELOOP/.test(words)) return { problem: unreadable(path, words) };
    walk.skipped.push({ path, problem: 'It is a link that leads back to itself.' });
    return null;
  }
}

async function lookIntoFile(path: string, { images }: FindOptions): Promise<'frame' | 'clip' | null> {
  if (isFrameName(path)) return images === 'frames' ? 'frame' : 'clip';
  if (isClipName(path)) return 'clip';
  // One that cannot be opened has no name of a clip either.
  const signature = await readSignature(path).catch(() => 'unknown');
  return signature === 'video' ? 'clip' : null;
}

async function mayFollow(walk: Walk, link: { path: string; isFolder: boolean }): Promise<boolean> {
  const target = await realpath(link.path);
  const skip = (problem: string) => {
    walk.skipped.push({ path: link.path, problem });
    return false;
  };
  if (!walk.followLinks && !isWithin(walk.realRoot, target)) {
    return skip(`It is a link that leaves the folder, to ${target}; --follow-links goes there.`);
  }
  if (!link.isFolder) return true;
  if (isWithin(target, await realpath(dirname(link.path)))) {
    return skip(`It is a link to a folder that it lies in, ${target}.`);
  }
  if (walk.linked.has(target)) return skip(`It is another link to ${target}, which was listed.`);
  walk.linked.add(target);
  return true;
}

const isWithin = (folder: string, path: string): boolean =>
  path === folder || path.startsWith(folder.endsWith(sep) ? folder : folder + sep);

function addClip(walk: Walk, { path, ...clip }: Omit<BatchClip, 'id'>): void {
  const id = path === walk.root ? basename(path) : relative(walk.root, path).split(sep).join('/');
  walk.clips.push({ id, path, ...clip });
}

function unreadable(path: string, words: string): UserError {
  return new UserError('unreadable', {
    problem: `${path} cannot be read: ${words}.`,
    fix: 'See whether it is still there and may be read; a link must lead to something.',
  });
}

function stopped(folder: string): UserError {
  return new UserError('aborted', {
    problem: `Listing ${folder} was stopped.`,
    fix: 'Give the same command again.',
  });
}
