import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ReadableStream } from 'node:stream/web';
import { messageOf, UserError } from '../errors.js';
import { Refusal } from './refusal.js';
import type { Limits } from './serve-options.js';
import { intoTemporaryFile } from './temporary-file.js';

export type UploadLimits = Pick<Limits, 'bodyBytes' | 'uploadBytesPerSecond' | 'uploadWindowSeconds'>;

/**
 * Streams a request's body into a new file.
 *
 * @returns how many bytes it has.
 * @throws Refusal 413 as soon as there are too many, 408 when they come too slowly, 415 for a form or an
 *   encoded one; UserError
 *   `cannot_write` where the disk does not take it; the signal's reason.
 */
export async function receiveBody(
  request: Request,
  { path, limits, signal }: { path: string; limits: UploadLimits; signal: AbortSignal },
): Promise<number> {
  const { bodyBytes } = limits;
  refuseForm(request.headers.get('content-type') ?? '');
  refuseEncoding(request.headers.get('content-encoding') ?? '');
  if (Number(request.headers.get('content-length') ?? 0) > bodyBytes) throw tooLarge(bodyBytes);
  const stop = new AbortController();
  const forward = () => stop.abort(signal.reason);
  signal.addEventListener('abort', forward, { once: true });
  if (signal.aborted) forward();
  const meter = { bytes: 0 };
  const watch = watchRate(meter, { limits, stop });
  // A request without a body has a clip of no bytes, and that is its error.
  const body = request.body ?? new Blob([]).stream();
  try {
    // The types of the web and of Node.js name the same stream.
    const source = Readable.fromWeb(body as ReadableStream<Uint8Array>);
    const file = intoTemporaryFile(path);
    await pipeline(source, (chunks) => counted(chunks, meter, bodyBytes), file, { signal: stop.signal });
    return meter.bytes;
  } catch (error) {
    // The reason for the stop says more than the stop.
    if (stop.signal.aborted) throw stop.signal.reason;
    throw error instanceof Refusal || error instanceof UserError ? error : brokenOff(error);
  } finally {
    clearInterval(watch);
    signal.removeEventListener('abort', forward);
  }
}

async function* counted(chunks: AsyncIterable<Uint8Array>, meter: { bytes: number }, bodyBytes: number) {
  for await (const chunk of chunks) {
    meter.bytes += chunk.byteLength;
    if (meter.bytes > bodyBytes) throw tooLarge(bodyBytes);
    yield chunk;
  }
}

/** A fixed time would cut off large clips on slow connections; this only cuts off clients that hold a place and send next to nothing. */
function watchRate(
  meter: { readonly bytes: number },
  { limits, stop }: { limits: UploadLimits; stop: AbortController },
): NodeJS.Timeout {
  const { uploadBytesPerSecond, uploadWindowSeconds } = limits;
  let before = 0;
  return setInterval(() => {
    if (meter.bytes - before < uploadBytesPerSecond * uploadWindowSeconds) stop.abort(tooSlow(limits));
    before = meter.bytes;
  }, uploadWindowSeconds * 1000);
}

function refuseForm(contentType: string): void {
  if (!/^\s*multipart\//i.test(contentType)) return;
  throw new Refusal({
    status: 415,
    code: 'unsupported',
    problem: 'The body is a form; a clip is the body itself.',
    fix: 'Send the file as it is, for example with `curl --data-binary @clip.mp4`.',
  });
}

function refuseEncoding(encodings: string): void {
  const others = encodings
    .split(',')
    .map((each) => each.trim().toLowerCase())
    .filter((each) => each !== '' && each !== 'identity');
  if (others.length === 0) return;
  throw new Refusal({
    status: 415,
    code: 'unsupported',
    problem: `The body is encoded (Content-Encoding: ${others.join(', ')}); this server takes bodies only as they are.`,
    fix: 'Send the file itself, without a Content-Encoding: videos and pictures are compressed already.',
    headers: { 'Accept-Encoding': 'identity' },
  });
}

function brokenOff(cause: unknown): Refusal {
  return new Refusal({
    status: 400,
    code: 'bad_request',
    problem: `The body ended early: ${messageOf(cause)}.`,
    fix: 'Send it again.',
  });
}

function tooLarge(bodyBytes: number): Refusal {
  return new Refusal({
    status: 413,
    code: 'too_large',
    problem: `The body has more than ${bodyBytes} bytes, the most that this server takes.`,
    fix: 'Cut the clip shorter or scale it down, or have the server started with a larger --max-body.',
  });
}

function tooSlow({ uploadBytesPerSecond, uploadWindowSeconds }: UploadLimits): Refusal {
  return new Refusal({
    status: 408,
    code: 'too_slow',
    problem: `The body arrived at less than ${uploadBytesPerSecond} bytes a second for ${uploadWindowSeconds} s.`,
    fix: 'Send it again, faster, or scale the clip down first.',
  });
}
