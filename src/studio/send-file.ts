import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { extname } from 'node:path';
import { Readable } from 'node:stream';

/** What browsers play; the rest they are given as bytes. */
const TYPES: Readonly<Record<string, string>> = {
  '.mp4': 'video/mp4',
  '.m4v': 'video/mp4',
  '.mov': 'video/mp4',
  '.webm': 'video/webm',
  '.mkv': 'video/webm',
  '.ogv': 'video/ogg',
  '.gif': 'image/gif',
};

/** A file, or the part of it that a request's Range asks for, as browsers do to seek in a video (RFC 9110, 14). */
export async function sendFile(path: string, request: Request): Promise<Response> {
  const { size } = await stat(path);
  const type = TYPES[extname(path).toLowerCase()] ?? 'application/octet-stream';
  const headers = { 'Content-Type': type, 'Accept-Ranges': 'bytes' };
  const range = parseRange(request.headers.get('range'), size);
  if (range === 'beyond') {
    return new Response(null, { status: 416, headers: { ...headers, 'Content-Range': `bytes */${size}` } });
  }
  if (size === 0) return new Response(null, { headers });
  const { start, end } = range ?? { start: 0, end: size - 1 };
  const length = { ...headers, 'Content-Length': String(end - start + 1) };
  // The types of the web and of Node.js name the same stream.
  const body = Readable.toWeb(createReadStream(path, { start, end })) as ReadableStream<Uint8Array>;
  if (!range) return new Response(body, { headers: length });
  const content = { ...length, 'Content-Range': `bytes ${start}-${end}/${size}` };
  return new Response(body, { status: 206, headers: content });
}

/** Null where all of it is to be sent: for none, and for several, which no player asks for. */
function parseRange(text: string | null, size: number): { start: number; end: number } | 'beyond' | null {
  const [, first = '', last = ''] = /^bytes=(\d*)-(\d*)$/.exec(text ?? '') ?? [];
  if (first === '' && last === '') return null;
  const start = first === '' ? Math.max(0, size - Number(last)) : Number(first);
  const end = first === '' || last === '' ? size - 1 : Math.min(Number(last), size - 1);
  return start > end ? 'beyond' : { start, end };
}
