import type { GivenFolder } from './given-clips.js';

/** What was dropped, folders with all that is in them. */
export async function readDrop({ items }: DataTransfer): Promise<GivenFolder> {
  // All are asked at once: when the event is over, they are gone.
  const dropped = [...items].map((item) => ({ file: item.getAsFile(), folder: folderOf(item) }));
  const files: File[] = [];
  const folders: NamedFolder[] = [];
  for (const { file, folder } of dropped) {
    const found = await folder;
    if (found) folders.push(found);
    else if (file) files.push(file);
  }
  return { files, folders };
}

type NamedFolder = GivenFolder['folders'][number];

/** What the types of browsers lack still: Chromium has it (File System Access), others read entries. */
interface ItemWithHandle extends DataTransferItem {
  getAsFileSystemHandle(): Promise<FileSystemHandle | null>;
}

const hasHandle = (item: DataTransferItem): item is ItemWithHandle => 'getAsFileSystemHandle' in item;

/** Null for what is no folder. Chromium gives a page that is opened from a disk no file of an entry, but of a handle. */
async function folderOf(item: DataTransferItem): Promise<NamedFolder | null> {
  const entry = item.webkitGetAsEntry();
  if (!hasHandle(item)) return entry && isFolder(entry) ? readEntry(entry) : null;
  const handle = await item.getAsFileSystemHandle();
  return handle instanceof FileSystemDirectoryHandle ? readHandle(handle) : null;
}

async function readHandle(folder: FileSystemDirectoryHandle): Promise<NamedFolder> {
  const files: File[] = [];
  const folders: NamedFolder[] = [];
  for await (const handle of folder.values()) {
    if (handle instanceof FileSystemDirectoryHandle) folders.push(await readHandle(handle));
    else if (handle instanceof FileSystemFileHandle) files.push(await handle.getFile());
  }
  return { name: folder.name, files, folders };
}

async function readEntry(folder: FileSystemDirectoryEntry): Promise<NamedFolder> {
  const files: File[] = [];
  const folders: NamedFolder[] = [];
  for (const entry of await listEntries(folder)) {
    if (isFolder(entry)) folders.push(await readEntry(entry));
    else if (isFile(entry)) {
      files.push(await new Promise<File>((resolve, reject) => entry.file(resolve, reject)));
    }
  }
  return { name: folder.name, files, folders };
}

const isFile = (entry: FileSystemEntry): entry is FileSystemFileEntry => entry.isFile;
const isFolder = (entry: FileSystemEntry): entry is FileSystemDirectoryEntry => entry.isDirectory;

/** A reader gives a hundred entries at a time, and none at the end. */
async function listEntries(folder: FileSystemDirectoryEntry): Promise<FileSystemEntry[]> {
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
