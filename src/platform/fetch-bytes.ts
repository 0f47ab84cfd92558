import { messageOf } from '../errors.js';

/** How long a download may take. */
export interface DownloadLimits {
  /** For all its files together. */
  readonly totalSeconds: number;
  /** Longest wait for a server's next bytes. */
  readonly stallSeconds: number;
}

export interface FetchOptions {
  readonly signal: AbortSignal;
  /** Longest wait for the next bytes. */
  readonly stallSeconds: number;
  readonly maxBytes: number;
  /** Called for each piece; `totalBytes`, as on the wire, is null when the server does not say. */
  readonly onBytes?: ((receivedBytes: number, totalBytes: number | null) => void) | undefined;
}

/**
 * Fetches a file over HTTP, redirects followed.
 *
 * @throws Error with what is wrong as a sentence about the server, `it answered 403 Forbidden`: a status of failure,
 *   a page in place of the file, a file cut short or too long, silence. What `signal` aborts with is thrown as it is.
 */
export async function fetchBytes(address: string, options: FetchOptions): Promise<Uint8Array> {
  const stall = startStallTimer(options.stallSeconds);
  try {
    const response = await fetch(address, { signal: AbortSignal.any([stall.signal, options.signal]) });
    await refuseAnswer(response, address);
    return await receive(response, { ...options, restart: stall.restart });
  } catch (thrown) {
    options.signal.throwIfAborted();
    throw new Error(reasonOf(thrown), { cause: thrown });
  } finally {
    stall.stop();
  }
}

async function refuseAnswer(response: Response, address: string): Promise<void> {
  const type = response.headers.get('content-type') ?? '';
  const isPage = type.startsWith('text/html');
  if (response.ok && response.body && !isPage) return;
  const text = response.ok ? '' : await response.text().catch(() => '');
  await response.body?.cancel().catch(() => {});
  const who = redirectOf(response, address);
  if (response.ok)
    throw new Error(isPage ? `${who} sent a web page in place of the file` : `${who} sent nothing`);
  const code = /<Code>(\w+)<\/Code>/.exec(text)?.[1];
  const status = `${response.status} ${response.statusText}`.trimEnd();
  throw new Error(`${who} answered ${status}${code ? ` (${code})` : ''}${signatureNote(response)}`);
}

/** The subject of a sentence about what was answered: whoever the address led to. */
function redirectOf({ redirected, url }: Response, address: string): string {
  return redirected && url !== address ? `it redirected to ${new URL(url).host}, which` : 'it';
}

/** Signed addresses are made anew for each redirect, and one that is refused is not the asker's fault. */
function signatureNote({ redirected, status }: Response): string {
  const isRefused = redirected && (status === 400 || status === 401 || status === 403);
  return isRefused ? '; the redirect has lost its signature or has expired' : '';
}

async function receive(
  response: Response,
  { restart, maxBytes, onBytes }: FetchOptions & { restart: () => void },
): Promise<Uint8Array> {
  const length = Number(response.headers.get('content-length'));
  const totalBytes = length > 0 && !response.headers.has('content-encoding') ? length : null;
  const chunks: Uint8Array[] = [];
  let receivedBytes = 0;
  try {
    for await (const chunk of response.body!) {
      restart();
      receivedBytes += chunk.length;
      if (receivedBytes > maxBytes) throw new Error(`it sent more than ${maxBytes} bytes`);
      chunks.push(chunk);
      onBytes?.(receivedBytes, totalBytes);
    }
  } catch (thrown) {
    if (totalBytes === null || receivedBytes >= totalBytes || !(thrown instanceof TypeError)) throw thrown;
    throw new Error(`it sent ${receivedBytes} of ${totalBytes} bytes: ${reasonOf(thrown)}`, {
      cause: thrown,
    });
  }
  return Buffer.concat(chunks);
}

function startStallTimer(seconds: number): { signal: AbortSignal; restart: () => void; stop: () => void } {
  const controller = new AbortController();
  const stall = () => controller.abort(new Error(`it sent nothing for ${seconds} s`));
  const timer = setTimeout(stall, seconds * 1000);
  return { signal: controller.signal, restart: () => timer.refresh(), stop: () => clearTimeout(timer) };
}

/** fetch says no more than "fetch failed" or "terminated"; what happened is in its cause. */
function reasonOf(thrown: unknown): string {
  const cause = thrown instanceof TypeError && thrown.cause instanceof Error ? thrown.cause : thrown;
  // Where a name has several addresses, each one's failure is in an AggregateError without a message.
  return cause instanceof AggregateError ? cause.errors.map(messageOf).join('; ') : messageOf(cause);
}
