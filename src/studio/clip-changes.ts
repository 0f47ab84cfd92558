import { readdir, rename, rmdir } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { checkClassName } from '../datasets/class-names.js';
import { readGroups, writeGroups } from '../datasets/groups-file.js';
import { UserError } from '../errors.js';
import { exists, unlessAbsent } from '../platform/exists.js';
import { makeFolder } from '../platform/make-folder.js';
import { Refusal } from '../serve/refusal.js';
import { type Added, additionTitle } from './additions.js';
import { type BinnedClip, forget, listBin, throwAway } from './bin.js';
import { listClips, type StoredClip } from './clip-folder.js';
import type { Change, Undo } from './project-changes.js';
import type { ProjectFolder } from './project-folder.js';

/** Where a clip is put, and what it is called there, unless that name is taken. */
export interface Place {
  readonly label: string;
  readonly name: string;
  /** Null for a clip that is a group of its own. */
  readonly group: string | null;
}

/** Changes to the clips of a project. The caller makes one at a time; each gives what takes it back. */
export class ClipChanges {
  readonly #clips: string;
  readonly #bin: string;

  constructor({ clips, bin }: Pick<ProjectFolder, 'clips' | 'bin'>) {
    this.#clips = clips;
    this.#bin = bin;
  }

  /**
   * @param drop that it is part of; absent where it comes alone.
   * @throws UserError `usage` for a name that no folder can have; Refusal `usage` for one that is taken.
   */
  async addClass(label: string, drop?: string): Promise<Change> {
    await this.#requireFree(label);
    await makeFolder(join(this.#clips, label));
    return this.#addition({ classes: [label], clips: [] }, drop);
  }

  /** @throws UserError as addClass. */
  async renameClass(label: string, to: string): Promise<Undo> {
    await this.#rename(label, to);
    return () => this.#rename(to, label);
  }

  /** Its clips go to the bin. @throws UserError `usage` for a folder that holds other files, too. */
  async removeClass(label: string): Promise<Undo> {
    const clips = await this.#ofClass(label);
    const folder = join(this.#clips, label);
    const others = (await readdir(folder)).filter((entry) => clips.every(({ name }) => name !== entry));
    if (others.length > 0) throw otherFiles(folder, others);
    const undo = await this.remove(clips);
    await rmdir(folder);
    return async () => {
      await makeFolder(folder);
      await undo();
    };
  }

  /** Takes a file over from elsewhere on the same disk. @param drop as in addClass. */
  async add(path: string, place: Place, drop?: string): Promise<Change> {
    const exampleId = await this.#put(path, place);
    return this.#addition({ classes: [], clips: [exampleId] }, drop);
  }

  async move(clips: readonly StoredClip[], label: string): Promise<Undo> {
    const moved: Array<{ from: string; exampleId: string }> = [];
    for (const clip of clips) moved.push({ from: clip.label, exampleId: await this.#shift(clip, label) });
    return async () => {
      for (const { from, exampleId } of moved) {
        const clip = await this.#find(exampleId);
        if (clip) await this.#shift(clip, from);
      }
    };
  }

  /** They go to the bin. */
  async remove(clips: readonly StoredClip[]): Promise<Undo> {
    const ids: string[] = [];
    for (const clip of clips) ids.push(await this.#throw(clip));
    return async () => {
      for (const id of ids) await this.#takeBack(id);
    };
  }

  /** Puts a file in place of a clip, which goes to the bin. */
  async replace(clip: StoredClip, path: string): Promise<Undo> {
    const undo = await this.remove([clip]);
    // Its container may be another one now.
    const name = clip.name.slice(0, clip.name.length - extname(clip.name).length) + extname(path);
    const exampleId = await this.#put(path, { label: clip.label, name, group: groupOf(clip) });
    return async () => {
      await this.#throwOut([exampleId]);
      await undo();
    };
  }

  /** @param group that keeps them together; null for clips that are groups of their own from now on. */
  async group(clips: readonly StoredClip[], group: string | null): Promise<Undo> {
    const before = new Map(clips.map((clip) => [clip.exampleId, groupOf(clip)]));
    await this.#setGroups(new Map(clips.map(({ exampleId }) => [exampleId, group])));
    return () => this.#setGroups(before);
  }

  async restore({ id }: BinnedClip): Promise<Undo> {
    const exampleId = await this.#takeBack(id);
    return () => this.#throwOut(exampleId === null ? [] : [exampleId]);
  }

  #addition(added: Added, drop: string | undefined): Change {
    const whole = (all: Added): Change => ({
      title: additionTitle(all),
      undo: () => this.#takeOut(all),
      part: drop === undefined ? undefined : { drop, added: all, whole },
    });
    return whole(added);
  }

  /** Classes that hold something else by now stay. */
  async #takeOut({ classes, clips }: Added): Promise<void> {
    await this.#throwOut(clips);
    const full: string[] = [];
    for (const folder of classes.map((label) => join(this.#clips, label))) {
      await unlessAbsent(rmdir(folder)).catch(() => full.push(folder));
    }
    const [first] = full;
    if (first !== undefined) throw otherFiles(first, await readdir(first));
  }

  async #put(path: string, { label, name, group }: Place): Promise<string> {
    const folder = join(this.#clips, label);
    await makeFolder(folder);
    const free = await freeName(folder, name);
    const exampleId = `${label}/${free}`;
    // First the group: a clip without it could be torn from the others of its recording. One that was taken away by hand
    // may have left its own under this name.
    await this.#setGroups(new Map([[exampleId, group]]));
    await rename(path, join(folder, free));
    return exampleId;
  }

  async #shift(clip: StoredClip, label: string): Promise<string> {
    const exampleId = await this.#put(clip.path, { label, name: clip.name, group: groupOf(clip) });
    await this.#ungroup(clip);
    return exampleId;
  }

  async #throw(clip: StoredClip): Promise<string> {
    const id = await throwAway(this.#bin, clip);
    await this.#ungroup(clip);
    return id;
  }

  async #throwOut(exampleIds: readonly string[]): Promise<void> {
    const thrown = new Set(exampleIds);
    const { clips } = await listClips(this.#clips);
    for (const clip of clips) if (thrown.has(clip.exampleId)) await this.#throw(clip);
  }

  /** @returns its example id; null for what is no longer in the bin. */
  async #takeBack(id: string): Promise<string | null> {
    const binned = (await listBin(this.#bin)).find((each) => each.id === id);
    if (!binned) return null;
    const exampleId = await this.#put(binned.path, binned);
    await forget(this.#bin, binned);
    return exampleId;
  }

  async #rename(label: string, to: string): Promise<void> {
    await this.#requireFree(to);
    const clips = await this.#ofClass(label);
    await this.#setGroups(new Map(clips.map((clip) => [`${to}/${clip.name}`, groupOf(clip)])));
    await rename(join(this.#clips, label), join(this.#clips, to));
    await this.#setGroups(new Map(clips.map(({ exampleId }) => [exampleId, null])));
  }

  async #requireFree(label: string): Promise<void> {
    checkClassName(label);
    const same = (name: string) => name.toLowerCase() === label.toLowerCase();
    // On most systems but Linux they would be one folder.
    const taken = (await readdir(this.#clips)).find(same);
    if (taken === undefined) return;
    throw new Refusal({
      status: 409,
      code: 'usage',
      problem: `There is a class ${taken} already.`,
      fix: 'Give another name.',
    });
  }

  async #ofClass(label: string): Promise<StoredClip[]> {
    return (await listClips(this.#clips)).clips.filter((clip) => clip.label === label);
  }

  async #find(exampleId: string): Promise<StoredClip | undefined> {
    return (await listClips(this.#clips)).clips.find((clip) => clip.exampleId === exampleId);
  }

  async #ungroup({ isGrouped, exampleId }: StoredClip): Promise<void> {
    if (isGrouped) await this.#setGroups(new Map([[exampleId, null]]));
  }

  /** @param changes by example ids; null for clips that are groups of their own from now on. */
  async #setGroups(changes: ReadonlyMap<string, string | null>): Promise<void> {
    const groups = new Map(await readGroups(this.#clips));
    if ([...changes].every(([id, group]) => (groups.get(id) ?? null) === group)) return;
    for (const [id, group] of changes) {
      if (group === null) groups.delete(id);
      else groups.set(id, group);
    }
    await writeGroups(this.#clips, groups);
  }
}

const groupOf = ({ isGrouped, group }: StoredClip): string | null => (isGrouped ? group : null);

/** `a.mp4`, or `a-2.mp4` where that is taken, and so on. */
async function freeName(folder: string, name: string): Promise<string> {
  const ending = extname(name);
  const stem = name.slice(0, name.length - ending.length);
  for (let number = 1; ; number++) {
    const candidate = number === 1 ? name : `${stem}-${number}${ending}`;
    if (!(await exists(join(folder, candidate)))) return candidate;
  }
}

function otherFiles(folder: string, names: readonly string[]): UserError {
  return new UserError('usage', {
    problem: `${folder} holds other files: ${names.slice(0, 3).join(', ')}.`,
    fix: 'Move them elsewhere, then remove the class.',
  });
}
