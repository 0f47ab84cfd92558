import { lstat, realpath, stat } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve, sep } from 'node:path';
import type { Skipped } from '../../datasets/dataset.js';
import { systemFolders } from '../../datasets/found.js';
import { messageOf, UserError } from '../../errors.js';
import { isClipName, isFrameName, isUnreadPictureName } from '../../media/clip-names.js';
import { readSignature } from '../../media/file-signature.js';
import { isFilm } from '../../media/images/moving.js';
import { isSystemFolder } from '../../media/system-names.js';
import { UNREAD_FIX, UnreadPictures } from '../../media/unread-pictures.js';
import { counted } from '../../platform/counted.js';
import { type FolderEntry, notUtf8, walkFolder } from '../../platform/folder-names.js';
import { lackOf, unlessUnavailable } from '../../platform/lack.js';
import { naturalOrder } from '../../platform/natural-order.js';
import { sorted } from '../../platform/sorted.js';
import { Spool } from '../../platform/spool.js';
import type { BatchClip, Problem } from './batch-clip.js';

export interface FindOptions {
  /** A folder of one of these names gives the class of the clips below it. */
  readonly labels: ReadonlySet<string>;
  /** Whether the images of a folder are the frames of one sequence, or each is a clip. */
  readonly images: 'frames' | 'clips';
  readonly followLinks: boolean;
  /** Whether a clip of this id is wanted; asked once of each. */
  readonly isWanted: (id: string) => boolean;
  /** Is told what may have been meant as a clip but is none, with the reason. */
  readonly onSkipped: (skipped: Skipped) => void;
  /** A folder that is there, for files of its own: names of large folders are sorted on the disk. */
  readonly scratch: string;
  readonly signal: AbortSignal;
}

/**
 * Lists the clips below a folder, in natural order, as it is walked: every video, and every folder that holds images and
 * no videos, which is one sequence (or, as `images` says, every image); an image beside videos where it is a film. Files whose names say nothing are clips when they
 * begin like a video. Names that begin with a dot are passed over, and so are folders that systems leave, which is told
 * once.
 *
 * A link is followed when it stays within the folder, or anywhere with `followLinks`. A folder is listed once
 * by its own path and once by a link, so that loops end. What should be there but cannot be read (a folder
 * without permission, a link to nothing, a name that is not UTF-8) is a clip with a `problem`, so that it is
 * not forgotten.
 *
 * @throws UserError `aborted`; what the file system says of the folder itself.
 */
export async function* findClips(folder: string, options: FindOptions): AsyncGenerator<BatchClip, void> {
  const root = resolve(folder);
  const walk: Walk = {
    ...options,
    root,
    realRoot: await realpath(root),
    passedOver: [],
    linked: new Set<string>(),
    spools: { count: 0 },
  };
  yield* visit(walk, { path: root });
  for (const skipped of systemFolders(walk.passedOver)) walk.onSkipped(skipped);
}

interface Walk extends FindOptions {
  readonly root: string;
  readonly realRoot: string;
  /** Folders that systems leave. */
  readonly passedOver: string[];
  /** Real paths of the folders that were reached by a link. */
  readonly linked: Set<string>;
  /** How many files were named so far. */
  readonly spools: { count: number };
}

interface Folder {
  readonly path: string;
  /** Class of the clips below it. */
  readonly truth?: string | undefined;
}

/** A name in a folder that matters here. */
interface Entry {
  readonly name: string;
  readonly found: Exclude<Found, 'unread'>;
}

type Found = 'folder' | 'frame' | 'clip' | 'unread' | { readonly problem: Problem };

async function* visit(walk: Walk, folder: Folder): AsyncGenerator<BatchClip, void> {
  const entries = new Spool<Entry>(join(walk.scratch, `folder-${walk.spools.count++}`));
  try {
    const { hasFrames, hasClips, unread, problem } = await listEntries(walk, { folder, entries });
    if (problem) yield* clipAt(walk, { ...folder, problem });
    if (hasFrames && !hasClips) yield* clipAt(walk, folder);
    for (const words of unread.sentences())
      walk.onSkipped({ path: folder.path, problem: `${words} ${UNREAD_FIX}` });
    const stills = { count: 0, first: [] as string[] };
    for await (const { name, found } of entries) {
      const path = join(folder.path, name);
      if (found === 'frame') {
        if (!hasClips) continue;
        // What cannot be read is no film, and no video either.
        if (await isFilm(path).catch(() => false)) yield* clipAt(walk, { ...folder, path });
        else {
          stills.count += 1;
          if (stills.count <= STILLS_NAMED) stills.first.push(name);
        }
      } else if (found === 'clip') yield* clipAt(walk, { ...folder, path });
      else if (found === 'folder')
        yield* visit(walk, { path, truth: walk.labels.has(name) ? name : folder.truth });
      else yield* clipAt(walk, { ...folder, path, ...found });
    }
    if (stills.count > 0) walk.onSkipped({ path: folder.path, problem: stillsText(stills) });
  } finally {
    await entries.release();
  }
}

const STILLS_NAMED = 3;

/** Of images beside videos. */
function stillsText({ count, first }: { count: number; first: readonly string[] }): string {
  const names = [...first, ...(count > first.length ? [`${count - first.length} more`] : [])].join(', ');
  return `Videos lie in the same folder, so its ${counted(count, 'image')} cannot be a sequence: ${names}.`;
}

interface Listed {
  readonly hasFrames: boolean;
  readonly hasClips: boolean;
  readonly unread: UnreadPictures;
  /** Why the folder itself cannot be read. */
  readonly problem?: Problem | undefined;
}

/** Names of a folder that are in memory at once while they are sorted. */
const NAMES_HELD = 50_000;

/** Adds what matters of a folder, in natural order. */
async function listEntries(
  walk: Walk,
  { folder, entries }: { folder: Folder; entries: Spool<Entry> },
): Promise<Listed> {
  const names = sorted(walkFolder(folder.path), {
    order: (one, other) => naturalOrder(one.name, other.name),
    scratch: join(walk.scratch, `names-${walk.spools.count++}`),
    held: NAMES_HELD,
  });
  let hasFrames = false;
  const unread = new UnreadPictures();
  let hasClips = false;
  try {
    for await (const entry of names) {
      const found = await kindOf(walk, { folder, entry });
      if (found === 'frame') hasFrames = true;
      if (found === 'clip') hasClips = true;
      if (found === 'unread') unread.add(entry.name);
      else if (found) await entries.add({ name: entry.name, found });
    }
  } catch (cause) {
    // Ours are none of the folder's.
    if (!(cause instanceof Error && 'syscall' in cause) || lackOf(cause)) throw cause;
    return { hasFrames, hasClips, unread, problem: unreadable(folder.path, messageOf(cause)) };
  }
  return { hasFrames, hasClips, unread };
}

async function kindOf(
  walk: Walk,
  { folder, entry: { name, isUtf8, kind } }: { folder: Folder; entry: FolderEntry },
): Promise<Found | null> {
  if (name.startsWith('.')) return null;
  if (!isUtf8) return { problem: notUtf8(folder.path, name) };
  const path = join(folder.path, name);
  const found = await look(walk, { path, kind });
  if (found !== 'folder' || !isSystemFolder(name)) return found;
  walk.passedOver.push(path);
  return null;
}

/** What lies at a path; null when it is no clip, which is noted where it may have been meant as one. */
async function look(
  walk: Walk,
  { path, kind }: { path: string; kind: FolderEntry['kind'] },
): Promise<Found | null> {
  // Of a million files, each look at one would be two calls of the system.
  if (kind === 'folder') return 'folder';
  if (kind === 'file') return lookIntoFile(path, walk);
  try {
    const isLink = (await lstat(path)).isSymbolicLink();
    const status = await stat(path);
    if (isLink && !(await mayFollow(walk, { path, isFolder: status.isDirectory() }))) return null;
    if (status.isDirectory()) return 'folder';
    if (status.isFile()) return await lookIntoFile(path, walk);
    walk.onSkipped({ path, problem: 'It is a pipe, a socket or a device.' });
    return null;
  } catch (cause) {
    if (lackOf(cause)) throw cause;
    const words = messageOf(cause);
    if (!/^ELOOP/.test(words)) return { problem: unreadable(path, words) };
    walk.onSkipped({ path, problem: 'It is a link that leads back to itself.' });
    return null;
  }
}

async function lookIntoFile(path: string, { images }: FindOptions): Promise<Found | null> {
  if (isFrameName(path)) return images === 'frames' ? 'frame' : 'clip';
  if (isClipName(path)) return 'clip';
  // One that cannot be opened has no name of a clip either.
  const signature = await unlessUnavailable(readSignature(path));
  if (signature === 'video') return 'clip';
  return isUnreadPictureName(path) ? 'unread' : null;
}

async function mayFollow(walk: Walk, link: { path: string; isFolder: boolean }): Promise<boolean> {
  const target = await realpath(link.path);
  const skip = (problem: string) => {
    walk.onSkipped({ path: link.path, problem });
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

/** The clip of this path, where it is wanted. */
function* clipAt(walk: Walk, { path, ...clip }: Omit<BatchClip, 'id'>): Generator<BatchClip, void> {
  const id = path === walk.root ? basename(path) : relative(walk.root, path).split(sep).join('/');
  if (walk.isWanted(id)) yield { id, path, ...clip };
}

function unreadable(path: string, words: string): UserError {
  return new UserError('unreadable', {
    problem: `${path} cannot be read: ${words}.`,
    fix: 'See whether it is still there and may be read; a link must lead to something.',
  });
}
