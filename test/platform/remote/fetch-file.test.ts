import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type FetchLimits, openFetcher } from '../../../src/platform/remote/fetch-file.js';

const CONTENT = Buffer.alloc(300_000, 'clip');

/** What is at each path. */
const ANSWERS: Record<string, RequestListener> = {
  '/clip.mp4': (_, response) => void response.end(CONTENT),
  '/chunked': (_, response) => {
    response.write(CONTENT);
    response.end(CONTENT);
  },
  '/moved': (_, response) => void response.writeHead(302, { location: '/clip.mp4?signature=secret' }).end(),
  '/circle': (_, response) => void response.writeHead(302, { location: '/circle' }).end(),
  '/elsewhere': (_, response) => void response.writeHead(302, { location: 'file:///etc/passwd' }).end(),
  '/page': (_, response) => void response.writeHead(200, { 'content-type': 'text/html' }).end('<html>'),
  '/expired': (_, response) =>
    void response.writeHead(403).end('<Error><Code>AccessDenied</Code><Message>Expired</Message></Error>'),
  '/cut': (_, response) => {
    response.writeHead(200, { 'content-length': '1000' });
    response.write('some', () => response.destroy());
  },
  '/silent': (_, response) => void response.writeHead(200, { 'content-length': '1000' }).write('some'),
  '/slow': (_, response) => {
    response.writeHead(200, { 'content-length': '1000' });
    const timer = setInterval(() => response.write('a'), 20);
    response.on('close', () => clearInterval(timer));
  },
};

let root: string;
let server: Server;
let base: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'clipstep-fetch-file-'));
  server = createServer((request, response) =>
    ANSWERS[request.url!.split('?')[0]!]!(request, response),
  ).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(async () => {
  server.closeAllConnections();
  server.close();
  await rm(root, { recursive: true });
});

const LIMITS = { maxBytes: 1e6, totalSeconds: 60, stallSeconds: 60, allowPrivate: true };

let count = 0;
async function fetchFrom(
  address: string,
  { signal, ...limits }: Partial<FetchLimits> & { signal?: AbortSignal } = {},
): Promise<Buffer> {
  const fetcher = openFetcher({ ...LIMITS, ...limits });
  const path = join(root, `file-${count++}`);
  try {
    await fetcher.fetch(address, path, signal);
    return await readFile(path);
  } finally {
    fetcher.release();
  }
}

it.each(['/clip.mp4', '/clip.mp4?signature=secret', '/moved'])('fetches %s', async (path) => {
  expect((await fetchFrom(base + path)).equals(CONTENT)).toBe(true);
});

it.each<[string, Partial<FetchLimits>, string, RegExp]>([
  ['/expired', {}, 'download_failed', /its server answered 403 Forbidden \(AccessDenied\)/],
  ['/page', {}, 'download_failed', /sent a web page in place of a clip/],
  ['/circle', {}, 'download_failed', /redirects more than 5 times/],
  ['/elsewhere', {}, 'download_failed', /redirects to file:, which is not fetched/],
  ['/cut', {}, 'download_failed', /could not be fetched: aborted/],
  ['/clip.mp4', { maxBytes: 299_999 }, 'too_large', /it has 300000 bytes/],
  ['/chunked', { maxBytes: 500_000 }, 'too_large', /its server sends more/],
  ['/silent', { stallSeconds: 0.3 }, 'timeout', /its server sent nothing for 0.3 s/],
  ['/slow', { stallSeconds: 5, totalSeconds: 0.5 }, 'timeout', /it has not come within 0.5 s/],
  ['/clip.mp4', { allowPrivate: false }, 'refused', /127\.0\.0\.1 is a private address/],
])('says what is wrong with %s', async (path, limits, code, problem) => {
  await expect(fetchFrom(`${base}${path}?signature=secret`, limits)).rejects.toMatchObject({
    code,
    problem: expect.stringMatching(problem),
    message: expect.not.stringContaining('secret'),
  });
});

it.each(['http://', 'http://a b/', 'https://:80', 'http://x:999999/'])(
  'says that %j is no address',
  async (address) => {
    await expect(fetchFrom(address)).rejects.toMatchObject({
      code: 'download_failed',
      problem: expect.stringContaining('it is not an address'),
    });
  },
);

it('refuses names of this machine, and numbers that stand for it', async () => {
  const port = new URL(base).port;
  for (const host of ['localhost', '2130706433', '0x7f.1', '[::1]', '[::ffff:127.0.0.1]']) {
    const fetching = fetchFrom(`http://${host}:${port}/clip.mp4`, { allowPrivate: false });
    await expect(fetching, host).rejects.toMatchObject({ code: 'refused' });
  }
});

it('stops when it is told to', async () => {
  const stop = new AbortController();
  const fetching = fetchFrom(`${base}/slow`, { signal: stop.signal });
  setTimeout(() => stop.abort(), 100);
  await expect(fetching).rejects.toMatchObject({ code: 'aborted' });
});

it('says where it could not write', async () => {
  const fetcher = openFetcher(LIMITS);
  const writing = fetcher.fetch(`${base}/clip.mp4`, join(root, 'no such folder', 'file'));
  await expect(writing).rejects.toMatchObject({ code: 'cannot_write' });
  fetcher.release();
  expect(await readdir(root)).not.toContain('no such folder');
});
