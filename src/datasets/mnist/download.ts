import { dirname, join } from 'node:path';
import { messageOf, UserError } from '../../errors.js';
import { cannotCache } from '../../platform/cache-folder.js';
import { type DownloadLimits, fetchBytes } from '../../platform/fetch-bytes.js';
import { makeFolder } from '../../platform/make-folder.js';
import { replaceFile } from '../../platform/replace-file.js';
import {
  DEFAULT_LIMITS,
  type DownloadProgress,
  isWhole,
  mismatch,
  type RemoteFile,
  stopped,
} from '../remote-file.js';
import { unpack } from './gzip.js';

export interface DownloadOptions {
  /** Addresses of folders that hold `<name>.gz`, each ending in a slash. */
  readonly mirrors: readonly string[];
  /** Where the files go, not gzipped; it need not exist. */
  readonly folder: string;
  readonly limits?: DownloadLimits | undefined;
  readonly onProgress?: ((progress: DownloadProgress) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** What gzip may add to bytes that it cannot shorten: 5 in each block of 32 KiB, a header, a file name. */
const gzippedBound = (byteLength: number): number => byteLength + 5 * Math.ceil(byteLength / 2 ** 15) + 1024;

/**
 * Puts files into a folder: those that are there and whole stay, the others are fetched from the first
 * mirror that has them. A file appears under its name when its content is what was expected.
 *
 * @throws UserError `download_failed`, with what each mirror answered, or `aborted`.
 */
export async function downloadFiles(files: readonly RemoteFile[], options: DownloadOptions): Promise<void> {
  const { totalSeconds } = options.limits ?? DEFAULT_LIMITS;
  const deadline = AbortSignal.timeout(totalSeconds * 1000);
  let mirrors = options.mirrors;
  for (const file of files) {
    if (await isWhole(join(options.folder, file.name), file)) continue;
    const { content, mirror } = await fetchFromAny(file, { ...options, mirrors, deadline });
    await save(join(options.folder, file.name), content);
    // One that served is asked first for the next file: a dead one's wait is paid for once.
    mirrors = [mirror, ...mirrors.filter((other) => other !== mirror)];
  }
}

type Attempt = DownloadOptions & { readonly deadline: AbortSignal };

async function fetchFromAny(
  file: RemoteFile,
  options: Attempt,
): Promise<{ content: Uint8Array; mirror: string }> {
  const failures: string[] = [];
  for (const mirror of options.mirrors) {
    const address = `${mirror}${file.name}.gz`;
    try {
      return { content: await fetchOne(address, { file, options }), mirror };
    } catch (thrown) {
      if (options.signal?.aborted) throw stopped(file.name);
      failures.push(`  ${address}: ${explain(thrown, options)}`);
      if (options.deadline.aborted) break;
    }
  }
  throw new UserError('download_failed', {
    problem: `${file.name} could not be downloaded from any of its mirrors:\n${failures.join('\n')}`,
    fix: 'Try again later, give a folder that holds the four files with --data, or --data strokes: generated digits, not MNIST, that need no network.',
  });
}

async function fetchOne(
  address: string,
  { file, options }: { file: RemoteFile; options: Attempt },
): Promise<Uint8Array> {
  const { deadline, signal, limits = DEFAULT_LIMITS, onProgress } = options;
  const received = await fetchBytes(address, {
    signal: signal ? AbortSignal.any([deadline, signal]) : deadline,
    stallSeconds: limits.stallSeconds,
    maxBytes: gzippedBound(file.byteLength),
    onBytes: (receivedBytes, totalBytes) => onProgress?.({ fileName: file.name, receivedBytes, totalBytes }),
  });
  const content = await unpack(received, file.byteLength).catch((thrown: unknown) => {
    throw new Error(`it sent what cannot be used: ${messageOf(thrown)}`, { cause: thrown });
  });
  const wrong = mismatch(content, file);
  if (wrong) throw new Error(wrong);
  return content;
}

async function save(path: string, content: Uint8Array): Promise<void> {
  try {
    await makeFolder(dirname(path));
    await replaceFile(path, content, { isSynced: false });
  } catch (cause) {
    throw cannotCache(path, cause);
  }
}

function explain(thrown: unknown, { deadline, limits = DEFAULT_LIMITS }: Attempt): string {
  return deadline.aborted
    ? `all files together took longer than ${limits.totalSeconds} s`
    : messageOf(thrown);
}
