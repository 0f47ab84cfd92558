import { messageOf, UserError } from '../../errors.js';
import { concurrently } from '../../platform/concurrently.js';
import { type DownloadLimits, fetchBytes } from '../../platform/fetch-bytes.js';
import { type ModelFiles, readModelFiles } from './model-files.js';

export interface DownloadOptions {
  /** For all addresses together; each has an equal share, so that a slow one leaves time for the others. */
  readonly limits?: DownloadLimits | undefined;
  /** Called with the bytes that have come from one address so far, of all files together. */
  readonly onReceived?: ((bytes: number) => void) | undefined;
}

/** Three addresses, each with time for the largest model (v1 1.0, 17 MB) over 1.4 Mbit/s: 3 x 100 s. */
const DEFAULT_LIMITS: DownloadLimits = { totalSeconds: 300, stallSeconds: 20 };

/** The largest one that was published has 24 MB. */
const MOST_BYTES_OF_FILE = 100_000_000;

/** A layers model lies in a file for each layer, 55 of them. */
const FILES_AT_ONCE = 6;

/**
 * Fetches a TensorFlow.js model from the first of several addresses that gives a whole one.
 *
 * @param addresses Of model.json.
 * @throws UserError `download_failed`, with the failure of each address.
 */
export async function downloadModel(
  addresses: readonly string[],
  { limits = DEFAULT_LIMITS, onReceived }: DownloadOptions = {},
): Promise<ModelFiles> {
  const failures: Array<{ address: string; error: unknown }> = [];
  const ownSeconds = limits.totalSeconds / addresses.length;
  for (const address of addresses) {
    try {
      return await downloadFrom(address, { limits: { ...limits, totalSeconds: ownSeconds }, onReceived });
    } catch (error) {
      failures.push({ address, error });
    }
  }
  const lines = failures.map(({ address, error }) => `  ${address}: ${reasonOf(error, ownSeconds)}`);
  throw new UserError('download_failed', {
    problem: `The pretrained weights could not be fetched from any address:\n${lines.join('\n')}`,
    fix: 'Try again with a network, or give the folder of a downloaded model with --weights.',
    cause: failures.at(-1)?.error,
  });
}

async function downloadFrom(
  address: string,
  { limits, onReceived }: DownloadOptions & { limits: DownloadLimits },
): Promise<ModelFiles> {
  const { totalSeconds, stallSeconds } = limits;
  const received = new Map<string, number>();
  const failed = new AbortController();
  const signal = AbortSignal.any([AbortSignal.timeout(totalSeconds * 1000), failed.signal]);
  const read = async (name: string) => {
    const onBytes = (bytes: number) => {
      received.set(name, bytes);
      onReceived?.([...received.values()].reduce((sum, each) => sum + each, 0));
    };
    const options = { signal, stallSeconds, maxBytes: MOST_BYTES_OF_FILE, onBytes };
    return fetchBytes(addressBeside(address, name), options).catch((error: unknown) => {
      throw signal.aborted ? error : new Error(`${name}: ${messageOf(error)}`, { cause: error });
    });
  };
  try {
    return await readModelFiles(address, (names) => concurrently(names, read, FILES_AT_ONCE));
  } finally {
    // What is still under way after a failure is of no use.
    failed.abort();
  }
}

/** A file beside model.json; what the address asks for after a question mark, it asks for each file. */
function addressBeside(address: string, name: string): string {
  const url = new URL(name, address);
  url.search = new URL(address).search;
  return url.href;
}

function reasonOf(error: unknown, seconds: number): string {
  if (error instanceof UserError) return error.problem;
  const isLate = error instanceof DOMException && error.name === 'TimeoutError';
  return isLate ? `it took longer than ${seconds} s` : messageOf(error);
}
