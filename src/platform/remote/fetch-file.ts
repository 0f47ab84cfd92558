import { open } from 'node:fs/promises';
import { Agent, get as getHttp, type IncomingMessage } from 'node:http';
import { get as getHttps, Agent as SecureAgent } from 'node:https';
import { isIP } from 'node:net';
import { messageOf, UserError } from '../../errors.js';
import { cannotWrite } from '../cannot-write.js';
import { isPrivate, PrivateAddress, publicLookup } from './private-addresses.js';
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

/** What follows redirects: five are more than any store of files needs. */
const MOST_REDIRECTS = 5;

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
  const { address, limits, signal } = download;
  const clock = startClock(limits);
  const ending = signal ? AbortSignal.any([signal, clock.signal]) : clock.signal;
  try {
    const response = await followRedirects({ ...download, signal: ending });
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

async function followRedirects(download: Download & { signal: AbortSignal }): Promise<IncomingMessage> {
  let url = new URL(download.address);
  for (let redirects = 0; ; redirects++) {
    const response = await ask(url, download);
    const { statusCode = 0, headers } = response;
    if (statusCode < 300 || statusCode > 399 || headers.location === undefined) {
      await refuseAnswer(response, redirects > 0 ? `${url.host}, to which it redirects,` : 'its server');
      return response;
    }
    response.destroy();
    if (redirects === MOST_REDIRECTS) throw new Error(`it redirects more than ${MOST_REDIRECTS} times`);
    url = redirected(url, headers.location);
  }
}

function redirected(from: URL, location: string): URL {
  const to = new URL(location, from);
  const isWeb = to.protocol === 'https:' || to.protocol === 'http:';
  if (!isWeb) throw new Error(`it redirects to ${to.protocol}, which is not fetched`);
  if (from.protocol === 'https:' && to.protocol === 'http:') {
    throw new Error(
      `it redirects from https to http, at ${to.host}, where anybody on the way can read along`,
    );
  }
  return to;
}

function ask(
  url: URL,
  { agents, limits, signal }: Download & { signal: AbortSignal },
): Promise<IncomingMessage> {
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  // What is no name is not looked up.
  if (!limits.allowPrivate && isIP(host) && isPrivate(host)) throw new PrivateAddress(host, host);
  const options = {
    signal,
    lookup: limits.allowPrivate ? undefined : publicLookup,
    headers: { 'user-agent': 'clipstep', 'accept-encoding': 'identity' },
  };
  return new Promise((resolve, reject) => {
    const asked =
      url.protocol === 'https:'
        ? getHttps(url, { ...options, agent: agents.secure }, resolve)
        : getHttp(url, { ...options, agent: agents.plain }, resolve);
    asked.on('error', reject);
  });
}

/** @throws Error that says what was answered in place of a file. */
async function refuseAnswer(response: IncomingMessage, who: string): Promise<void> {
  const { statusCode = 0, statusMessage = '', headers } = response;
  const isPage = (headers['content-type'] ?? '').startsWith('text/html');
  if (statusCode === 200 && !isPage) return;
  const code = statusCode === 200 ? undefined : /<Code>(\w+)<\/Code>/.exec(await beginningOf(response))?.[1];
  response.destroy();
  if (statusCode === 200) throw new Error(`${who} sent a web page in place of a clip`);
  throw new Error(`${who} answered ${statusCode} ${statusMessage}`.trimEnd() + (code ? ` (${code})` : ''));
}

/** Of an answer that says what is wrong. */
const MOST_WORDS = 4096;

async function beginningOf(response: IncomingMessage): Promise<string> {
  let text = '';
  try {
    for await (const chunk of response.setEncoding('utf8')) {
      text += chunk;
      if (text.length > MOST_WORDS) break;
    }
  } catch {
    // Its status says enough.
  }
  return text;
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
  if (cause instanceof PrivateAddress) {
    return error('refused', {
      problem: `${place} is not fetched: ${cause.message}, which is of this machine or its own network.`,
      fix: 'Where that is meant, as for a store of files of your own, give --allow-private.',
    });
  }
  if (cause instanceof TooLarge) {
    return error('too_large', {
      problem: `${place} is longer than a clip may be that is fetched: ${cause.message}.`,
      fix: 'Give --max-download and as many megabytes as it has.',
    });
  }
  return error('download_failed', {
    problem: `${place} could not be fetched: ${reasonOf(cause)}.`,
    fix: 'See whether it is still there, and its signature has not expired.',
  });
}

/** Where a name has several addresses, each one's failure is in an AggregateError without a message. */
const reasonOf = (cause: unknown): string =>
  cause instanceof AggregateError ? cause.errors.map(messageOf).join('; ') : messageOf(cause);
