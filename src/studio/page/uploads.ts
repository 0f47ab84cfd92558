// Clips on their way to the server. What could not be saved stays here until it is, or is given up.
import { signal } from '@preact/signals';
import { downloadZip } from 'client-zip';
import { ask, notice, refresh, words } from './project.js';

export interface Upload {
  readonly id: number;
  readonly label: string;
  readonly body: Blob;
  /** Absent for a recording. */
  readonly name?: string | undefined;
  /** The recording session that it is from. */
  readonly take?: string | undefined;
  /** Why it could not be saved; null while it is on its way. */
  readonly problem: string | null;
}

export const uploads = signal<readonly Upload[]>([]);

let lastId = 0;
let line: Promise<void> = Promise.resolve();

/** Sends clips one after the other. */
export function send(clip: Omit<Upload, 'id' | 'problem'>): void {
  lastId += 1;
  const upload = { ...clip, id: lastId, problem: null };
  uploads.value = [...uploads.value, upload];
  line = line.then(() => deliver(upload));
}

export function sendAgain(upload: Upload): void {
  update(upload.id, { problem: null });
  line = line.then(() => deliver(upload));
}

export function giveUp({ id }: Upload): void {
  uploads.value = uploads.value.filter((upload) => upload.id !== id);
}

async function deliver(upload: Upload): Promise<void> {
  const { label, name, take, body } = upload;
  const query = new URLSearchParams({ label });
  if (name !== undefined) query.set('name', name);
  if (take !== undefined) query.set('take', take);
  const asked = await ask(`/api/clips?${query}`, { method: 'POST', body });
  if (asked.kind === 'refused') {
    update(upload.id, { problem: words(asked) });
    return;
  }
  giveUp(upload);
  notice.value = `Saved a clip of ${label}`;
  await refresh();
}

function update(id: number, change: Partial<Upload>): void {
  uploads.value = uploads.value.map((upload) => (upload.id === id ? { ...upload, ...change } : upload));
}

/** Whether a page that is left now would lose something. */
addEventListener('beforeunload', (event) => {
  if (uploads.value.length > 0) event.preventDefault();
});

const PICTURE = /\.(jpe?g|png|webp|tiff?|avif|heic|heif)$/i;

/** Files that were chosen or dropped, as clips of a class. Pictures alone are the frames of one clip. */
export async function sendFiles(files: readonly File[], label: string, name = 'frames'): Promise<void> {
  const visible = files.filter((file) => !file.name.startsWith('.'));
  if (visible.length > 0 && visible.every((file) => PICTURE.test(file.name))) {
    send({ label, name: `${name}.zip`, body: await downloadZip(visible).blob() });
    return;
  }
  for (const file of visible) {
    if (!PICTURE.test(file.name)) send({ label, name: file.name, body: file });
  }
}

export interface DroppedFolder {
  readonly name: string;
  readonly files: readonly File[];
  readonly folders: readonly DroppedFolder[];
}

/** What was dropped, folders with all that is in them. */
export async function readDrop({ items }: DataTransfer): Promise<Omit<DroppedFolder, 'name'>> {
  // All are asked at once: when the event is over, they are gone.
  const dropped = [...items].map((item) => ({ entry: item.webkitGetAsEntry(), file: item.getAsFile() }));
  const entries = dropped.map(({ entry }) => entry).filter((entry) => entry !== null);
  const { files, folders } = await readEntries(entries);
  // What was dragged out of another page has no entry.
  const others = dropped.flatMap(({ entry, file }) => (entry === null && file ? [file] : []));
  return { files: [...files, ...others], folders };
}

async function readEntries(entries: readonly FileSystemEntry[]): Promise<Omit<DroppedFolder, 'name'>> {
  const files: File[] = [];
  const folders: DroppedFolder[] = [];
  for (const entry of entries) {
    if (isFile(entry)) files.push(await new Promise<File>((resolve, reject) => entry.file(resolve, reject)));
    else if (isFolder(entry)) {
      folders.push({ name: entry.name, ...(await readEntries(await listFolder(entry))) });
    }
  }
  return { files, folders };
}

const isFile = (entry: FileSystemEntry): entry is FileSystemFileEntry => entry.isFile;
const isFolder = (entry: FileSystemEntry): entry is FileSystemDirectoryEntry => entry.isDirectory;

/** A reader gives a hundred entries at a time, and none at the end. */
async function listFolder(folder: FileSystemDirectoryEntry): Promise<FileSystemEntry[]> {
  const reader = folder.createReader();
  const all: FileSystemEntry[] = [];
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) =>
      reader.readEntries(resolve, reject),
    );
    if (some.length === 0) return all;
    for (const entry of some) all.push(entry);
  }
}

/** Dropped onto a class: its files, and those of the folders in it, each folder of pictures as one clip. */
export async function sendDropped(
  dropped: Omit<DroppedFolder, 'name'>,
  label: string,
  name?: string,
): Promise<void> {
  await sendFiles(dropped.files, label, name);
  for (const folder of dropped.folders) await sendDropped(folder, label, folder.name);
}
