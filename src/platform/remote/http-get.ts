import { type Agent, get as getHttp, type IncomingMessage } from 'node:http';
import { get as getHttps, type Agent as SecureAgent } from 'node:https';
import { isIP } from 'node:net';
import { messageOf, UserError } from '../../errors.js';
import { isPrivate, PrivateAddress, publicLookup } from './private-addresses.js';
import { publicAddress } from './web-address.js';

export interface GetRequest {
  readonly address: string;
  readonly signal: AbortSignal;
  /** Whether what is at an address may be of this machine or its own network; asked of redirects, too. */
  readonly mayBePrivate: (url: URL) => boolean;
  /** Whose connections are used; ones of its own when absent. */
  readonly agents?: { readonly plain: Agent; readonly secure: SecureAgent } | undefined;
}

/** What follows redirects: five are more than any store of files needs. */
const MOST_REDIRECTS = 5;

/**
 * Asks for what is at an address, redirects followed.
 *
 * @returns an answer whose body is to be read, or destroyed.
 * @throws Error or PrivateAddress that say what came in place of it, as the end of a sentence.
 */
export async function get(request: GetRequest): Promise<IncomingMessage> {
  if (!URL.canParse(request.address)) throw new Error('it is not an address');
  let url = new URL(request.address);
  for (let redirects = 0; ; redirects++) {
    const response = await ask(url, request);
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

function ask(url: URL, { agents, mayBePrivate, signal }: GetRequest): Promise<IncomingMessage> {
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  const allowPrivate = mayBePrivate(url);
  // What is no name is not looked up.
  if (!allowPrivate && isIP(host) && isPrivate(host)) throw new PrivateAddress(host, host);
  const options = {
    signal,
    lookup: allowPrivate ? undefined : publicLookup,
    headers: { 'user-agent': 'clipstep', 'accept-encoding': 'identity' },
  };
  return new Promise((resolve, reject) => {
    const asked =
      url.protocol === 'https:'
        ? getHttps(url, { ...options, agent: agents?.secure }, resolve)
        : getHttp(url, { ...options, agent: agents?.plain }, resolve);
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

/** What get threw, without what is secret in the address. */
export function getFailure(cause: unknown, address: string): UserError {
  const place = publicAddress(address);
  if (cause instanceof PrivateAddress) {
    return new UserError('refused', {
      problem: `${place} is not fetched: ${cause.message}, which is of this machine or its own network.`,
      fix: 'Where that is meant, as for a store of files of your own, give --allow-private.',
      cause,
    });
  }
  return new UserError('download_failed', {
    problem: `${place} could not be fetched: ${reasonOf(cause)}.`,
    fix: 'See whether it is still there, and its signature has not expired.',
    cause,
  });
}

/** Where a name has several addresses, each one's failure is in an AggregateError without a message. */
const reasonOf = (cause: unknown): string =>
  cause instanceof AggregateError ? cause.errors.map(messageOf).join('; ') : messageOf(cause);
