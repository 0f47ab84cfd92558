import { basename, dirname, join } from 'node:path';
import { messageOf, UserError } from '../../errors.js';
import { cannotWrite } from '../../platform/cannot-write.js';
import { exists } from '../../platform/exists.js';
import { type DownloadLimits, fetchBytes } from '../../platform/fetch-bytes.js';
import { makeFolder } from '../../platform/make-folder.js';
import { replaceFile } from '../../platform/replace-file.js';
import { DEFAULT_LIMITS, type DownloadProgress, isWhole, mismatch, stopped } from '../remote-file.js';
import type { PublishedDataset, PublishedFile, PublishedSource } from './catalogue.js';
import { unzipFiles } from './unzip-files.js';

export interface FetchDatasetOptions {
  /** Folder for the files; it need not exist. */
  readonly folder: string;
  /** Address of a folder, ending in a slash, that has the files of all sources under their own names; the sources' own when absent. */
  readonly mirror?: string | undefined;
  readonly limits?: DownloadLimits | undefined;
  readonly onProgress?: ((progress: DownloadProgress) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Puts a published dataset into a folder. Files that are there and whole stay; each of the others appears when its
 * content is what was expected, by its sha256.
 *
 * @returns names of the files, in the dataset's order.
 * @throws UserError `usage` for another file of such a name, which is left alone; `download_failed` with what the server
 *   answered; `cannot_write`; `aborted`.
 */
export async function fetchDataset(
  { sources }: PublishedDataset,
  options: FetchDatasetOptions,
): Promise<string[]> {
  const { limits = DEFAULT_LIMITS } = options;
  const deadline = AbortSignal.timeout(limits.totalSeconds * 1000);
  const missing = [];
  for (const source of sources) missing.push({ source, files: await missingFiles(source, options.folder) });
  for (const { source, files } of missing) {
    if (files.length === 0) continue;
    const address = addressOf(source, options);
    const contents = await fetchSource(address, { source, files, deadline, options });
    for (const [file, content] of contents) await save(join(options.folder, file.name), content);
  }
  return sources.flatMap(({ files }) => files.map(({ name }) => name));
}

function addressOf({ address }: PublishedSource, { mirror }: FetchDatasetOptions): string {
  return mirror === undefined ? address : `${mirror}${basename(new URL(address).pathname)}`;
}

async function missingFiles({ files }: PublishedSource, folder: string): Promise<PublishedFile[]> {
  const missing: PublishedFile[] = [];
  for (const file of files) {
    const path = join(folder, file.name);
    if (await isWhole(path, file)) continue;
    if (await exists(path)) throw another(path);
    missing.push(file);
  }
  return missing;
}

interface Fetch {
  readonly source: PublishedSource;
  readonly files: readonly PublishedFile[];
  readonly deadline: AbortSignal;
  readonly options: FetchDatasetOptions;
}

async function fetchSource(address: string, fetch: Fetch): Promise<Map<PublishedFile, Uint8Array>> {
  const { source, files, deadline, options } = fetch;
  const { signal, onProgress, limits = DEFAULT_LIMITS } = options;
  const fileName = basename(address);
  try {
    const received = await fetchBytes(address, {
      signal: signal ? AbortSignal.any([deadline, signal]) : deadline,
      stallSeconds: limits.stallSeconds,
      maxBytes: source.zip?.mostBytes ?? files[0]!.byteLength,
      onBytes: (receivedBytes, totalBytes) => onProgress?.({ fileName, receivedBytes, totalBytes }),
    });
    const contents = source.zip
      ? await unzipFiles(received, files)
      : new Map([[files[0]!, received] as const]);
    for (const [file, content] of contents) {
      const wrong = mismatch(content, file);
      if (wrong) throw new Error(source.zip ? `${file.name}: ${wrong}` : wrong);
    }
    return contents;
  } catch (thrown) {
    if (signal?.aborted) throw stopped(fileName);
    throw failed(
      address,
      deadline.aborted ? `it took longer than ${limits.totalSeconds} s` : messageOf(thrown),
    );
  }
}

async function save(path: string, content: Uint8Array): Promise<void> {
  await makeFolder(dirname(path)).catch((cause: unknown) => {
    throw cannotWrite(path, cause);
  });
  await replaceFile(path, content, { isSynced: false, failure: cannotWrite });
}

function another(path: string): UserError {
  return new UserError('usage', {
    problem: `${path} exists already, and is not the dataset's file.`,
    fix: 'Give another folder with --out, or move the file away.',
  });
}

function failed(address: string, reason: string): UserError {
  return new UserError('download_failed', {
    problem: `${address} could not be fetched: ${reason}.`,
    fix: 'Try again later, or give a server that has the same files with --mirror.',
  });
}
