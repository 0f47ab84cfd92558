import { UserError } from '../../errors.js';
import { get, getFailure } from '../../platform/remote/http-get.js';
import { PrivateAddress } from '../../platform/remote/private-addresses.js';
import type { OpenedSource } from './live-job.js';
import type { LiveSource } from './live-source.js';

/**
 * Opens a stream over HTTP(S), which goes to ffmpeg through a pipe: ffmpeg is never given the address. The address that the
 * user gives may be of their own network; one that it redirects to may not.
 *
 * @throws UserError `download_failed`, `refused`, `timeout` where no answer comes, `aborted`.
 */
export async function openBytes(
  { name, address }: Extract<LiveSource, { kind: 'http' }>,
  { stallSeconds, signal }: { stallSeconds: number; signal?: AbortSignal | undefined },
): Promise<OpenedSource> {
  const waiting = AbortSignal.timeout(stallSeconds * 1000);
  const { hostname } = new URL(address);
  const opening = new AbortController();
  const giveUp = () => opening.abort();
  waiting.addEventListener('abort', giveUp);
  signal?.addEventListener('abort', giveUp);
  try {
    const mayBePrivate = (url: URL) => url.hostname === hostname;
    const stream = await get({ address, mayBePrivate, signal: opening.signal });
    return { kind: 'bytes', name, stream, demuxer: demuxerOf(stream.headers['content-type'] ?? '') };
  } catch (cause) {
    throw failure(cause, { name, address, isLate: waiting.aborted, isStopped: signal?.aborted ?? false });
  } finally {
    waiting.removeEventListener('abort', giveUp);
    signal?.removeEventListener('abort', giveUp);
  }
}

/** Pictures that replace each other, as many cameras send them, are what ffmpeg does not recognize by itself. */
const demuxerOf = (contentType: string): string | undefined =>
  contentType.startsWith('multipart/x-mixed-replace') ? 'mpjpeg' : undefined;

function failure(
  cause: unknown,
  {
    name,
    address,
    isLate,
    isStopped,
  }: { name: string; address: string; isLate: boolean; isStopped: boolean },
): UserError {
  if (isStopped) {
    return new UserError('aborted', { problem: `Watching ${name} was stopped.`, fix: 'Start again.', cause });
  }
  if (isLate) {
    return new UserError('timeout', {
      problem: `${name} did not answer.`,
      fix: 'See whether it is on and connected, or give it more time with --stall.',
      cause,
    });
  }
  if (cause instanceof PrivateAddress) {
    return new UserError('refused', {
      problem: `${name} redirects: ${cause.message}, and was not asked for.`,
      fix: 'Where that is meant, give that address itself.',
      cause,
    });
  }
  return getFailure(cause, address);
}
