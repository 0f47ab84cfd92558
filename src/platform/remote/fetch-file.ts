import { open } from 'node:fs/promises';
import { Agent, type IncomingMessage } from 'node:http';
import { Agent as SecureAgent } from 'node:https';
import { messageOf, UserError } from '../../errors.js';
import { cannotWrite } from '../cannot-write.js';
import { get, getFailure } from './http-get.js';
import { publicAddress } from './web-address.js';

export interface FetchLimits {
  /** Longest file. */
  readonly maxBytes: number;
  /** Longest time for a file. */
  readonly totalSeconds: number;
  /** Longest wait for a server's next bytes. */
  readonly stallSeconds: number;
  /** Whether addresses may be of this machine or its own network. */
  readonly allowPrivate: boolean;
}

/** Fetches files over HTTP, from servers whose connections it keeps until `release`. */
export interface Fetcher {
  /**
   * Writes what is at an address into a new file, as it comes.
   * @throws UserError `download_failed`, `refused` for an address that may not be asked, `too_large`, `timeout`,
   *   `aborted`, `cannot_write`.
   */
  fetch(address: string, path: string, signal?: AbortSignal): Promise<void>;
  release(): void;
}

export function openFetcher(limits: FetchLimits): Fetcher {
  const agents = { plain: new Agent({ keepAlive: true }), secure: new SecureAgent({ keepAlive: true }) };
  return {
    fetch: (address, path, signal) => fetchFile({ address, path, signal, limits, agents }),
    release: () => {
      agents.plain.destroy();
      agents.secure.destroy();
    },
  };
}

interface Download {
  readonly address: string;
  readonly path: string;
  readonly signal: AbortSignal | undefined;
  readonly limits: FetchLimits;
  readonly agents: { readonly plain: Agent; readonly secure: SecureAgent };
}

async function fetchFile(download: Download): Promise<void> {
  const { address, agents, limits, signal } = download;
  const clock = startClock(limits);
  const ending = signal ? AbortSignal.any([signal, clock.signal]) : clock.signal;
  try {
    const mayBePrivate = () => limits.allowPrivate;
    const response = await get({ address, agents, mayBePrivate, signal: ending });
    await receive(response, { ...download, restart: clock.restart });
  } catch (cause) {
    throw asUserError(cause, { address, signal, clock: clock.signal });
  } finally {
    clock.stop();
  }
}

/** Words on why a download was given up. */
class GivenUp extends Error {}
/** A file that is longer than it may be. */
class TooLarge extends Error {}

/** Aborts when the time is over, or nothing has come for too long. */
function startClock({ totalSeconds, stallSeconds }: FetchLimits) {
  const over = new AbortController();
  const end = (words: string) => () => over.abort(new GivenUp(words));
  const total = setTimeout(end(`it has not come within ${totalSeconds} s`), totalSeconds * 1000);
  const stall = setTimeout(end(`its server sent nothing for ${stallSeconds} s`), stallSeconds * 1000);
  return {
    signal: over.signal,
    restart: () => void stall.refresh(),
    stop: () => {
      clearTimeout(total);
      clearTimeout(stall);
    },
  };
}

async function receive(
  response: IncomingMessage,
  { path, limits, restart }: Download & { restart: () => void },
): Promise<void> {
  const { maxBytes } = limits;
  if (Number(response.headers['content-length'] ?? 0) > maxBytes) {
    response.destroy();
    throw new TooLarge(`it has ${response.headers['content-length']} bytes`);
  }
  const failure = (cause: unknown) => Promise.reject(cannotWrite(path, cause));
  const file = await open(path, 'wx').catch(failure);
  let bytes = 0;
  try {
    for await (const chunk of response as AsyncIterable<Buffer>) {
      restart();
      bytes += chunk.length;
      if (bytes > maxBytes) throw new TooLarge('its server sends more');
      await file.appendFile(chunk).catch(failure);
    }
  } finally {
    await file.close();
  }
}

/** Without what is secret in the address. */
function asUserError(
  cause: unknown,
  { address, signal, clock }: { address: string; signal: AbortSignal | undefined; clock: AbortSignal },
): UserError {
  if (cause instanceof UserError) return cause;
  const place = publicAddress(address);
  const error = (code: UserError['code'], words: { problem: string; fix: string }) =>
    new UserError(code, { ...words, cause });
  if (signal?.aborted) {
    return error('aborted', { problem: `Fetching ${place} was stopped.`, fix: 'Start again.' });
  }
  if (clock.aborted) {
    const problem = `${place} was given up: ${messageOf(clock.reason)}.`;
    return error('timeout', { problem, fix: 'Try again later, or give it more time.' });
  }
  if (cause instanceof TooLarge) {
    return error('too_large', {
      problem: `${place} is longer than a clip may be that is fetched: ${cause.message}.`,
      fix: 'Give --max-download and as many megabytes as it has.',
    });
  }
  return getFailure(cause, address);
}
