import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { downloadFiles } from '../../../src/datasets/mnist/download.js';
import type { DownloadProgress } from '../../../src/datasets/remote-file.js';
import { type Mirror, startMirror } from '../../support/mirror.js';

let folder: string;
const mirrors: Mirror[] = [];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'clipstep-download-'));
});
afterEach(async () => {
  for (const mirror of mirrors.splice(0)) mirror.close();
  await rm(folder, { recursive: true });
});

async function mirror(answer: (name: string, response: ServerResponse) => void): Promise<Mirror> {
  const started = await startMirror(answer);
  mirrors.push(started);
  return started;
}

const contents = new Map(['a', 'b'].map((name) => [name, Buffer.alloc(5000, name)]));
const files = [...contents].map(([name, content]) => ({
  name,
  byteLength: content.length,
  sha256: createHash('sha256').update(content).digest('hex'),
}));
const limits = { totalSeconds: 20, stallSeconds: 20 };

function serve(name: string, response: ServerResponse): void {
  const packed = gzipSync(contents.get(name.replace('.gz', ''))!);
  response.writeHead(200, { 'content-length': packed.length }).end(packed);
}

const kept = (name: string) => readFile(join(folder, name));

describe('downloadFiles', () => {
  it('keeps each file unpacked under its name, in a folder that need not be there', async () => {
    const good = await mirror(serve);
    const target = join(folder, 'deeper', 'still');
    await downloadFiles(files, { mirrors: [good.address], folder: target, limits });
    expect(await readdir(target)).toEqual(['a', 'b']);
    expect(await readFile(join(target, 'b'))).toEqual(contents.get('b'));
  });

  it('tells how far it is', async () => {
    const good = await mirror(serve);
    const seen: DownloadProgress[] = [];
    const onProgress = (progress: DownloadProgress) => seen.push(progress);
    await downloadFiles(files, { mirrors: [good.address], folder, limits, onProgress });
    const bytes = gzipSync(contents.get('a')!).length;
    expect(seen).toContainEqual({ fileName: 'a', receivedBytes: bytes, totalBytes: bytes });
  });

  it('asks for nothing when all is there, and again for what is damaged', async () => {
    const good = await mirror(serve);
    const options = { mirrors: [good.address], folder, limits };
    await downloadFiles(files, options);
    good.requests.length = 0;
    await downloadFiles(files, options);
    expect(good.requests).toEqual([]);
    await writeFile(join(folder, 'b'), Buffer.alloc(5000));
    await downloadFiles(files, options);
    expect(good.requests).toEqual(['b.gz']);
    expect(await kept('b')).toEqual(contents.get('b'));
  });

  it('takes a file that the mirror sends unpacked, or packs for the way', async () => {
    const unpacking = await mirror((name, response) => {
      const content = contents.get(name.replace('.gz', ''))!;
      if (name === 'a.gz') response.end(content);
      else response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(gzipSync(content)));
    });
    await downloadFiles(files, { mirrors: [unpacking.address], folder, limits });
    expect([await kept('a'), await kept('b')]).toEqual([...contents.values()]);
  });

  it('goes on to the next mirror, and stays with the one that served', async () => {
    const bad = await mirror((_, response) => response.writeHead(503).end('busy'));
    const good = await mirror(serve);
    await downloadFiles(files, { mirrors: [bad.address, good.address], folder, limits });
    expect(bad.requests).toEqual(['a.gz']);
    expect(good.requests).toEqual(['a.gz', 'b.gz']);
  });
});

describe('downloadFiles, when it cannot', () => {
  const endless = (_: string, response: ServerResponse) => {
    const write = () => response.writable && response.write(Buffer.alloc(4096), write);
    write();
  };
  const silent = (_: string, response: ServerResponse) => void response.writeHead(200).write('x');

  it.each<[string, (name: string, response: ServerResponse) => void, string]>([
    ['refuses', (_, response) => void response.writeHead(403).end(), 'it answered 403 Forbidden'],
    ['sends a page', (_, response) => void response.end('<html>'), 'it sent 6 bytes, expected 5000'],
    [
      'sends another file',
      (_, response) => void response.end(gzipSync(Buffer.alloc(5000))),
      `of sha256 ${createHash('sha256').update(Buffer.alloc(5000)).digest('hex')}, expected ${files[0]!.sha256}`,
    ],
    [
      'sends half',
      (_, response) => void response.end(gzipSync(contents.get('a')!).subarray(0, 20)),
      'the gzip data are truncated',
    ],
    [
      'sends a small file that unpacks to a huge one',
      (_, response) => void response.end(gzipSync(Buffer.alloc(10 ** 6))),
      'unpack to more than 5000 bytes',
    ],
    ['never ends', endless, 'it sent more than 6029 bytes'],
    ['falls silent', silent, 'it sent nothing for 0.3 s'],
    ['hangs up', (_, response) => void response.destroy(), 'a.gz: '],
  ])('says so of a mirror that %s, and leaves nothing behind', async (_, answer, words) => {
    const bad = await mirror(answer);
    const attempt = downloadFiles(files, {
      mirrors: [bad.address],
      folder,
      limits: { totalSeconds: 20, stallSeconds: answer === silent ? 0.3 : 20 },
    });
    await expect(attempt).rejects.toMatchObject({
      code: 'download_failed',
      problem: expect.stringContaining(words),
    });
    await expect(attempt).rejects.not.toThrow('fetch failed');
    expect(await readdir(folder)).toEqual([]);
  });

  it('names each mirror with its own failure, and the two ways out', async () => {
    const gone = await mirror((_, response) => response.writeHead(404).end());
    const closed = await mirror(serve);
    closed.close();
    const attempt = downloadFiles(files, { mirrors: [gone.address, closed.address], folder, limits });
    await expect(attempt).rejects.toThrow(`${gone.address}a.gz: it answered 404 Not Found`);
    await expect(attempt).rejects.toThrow(new RegExp(`${closed.address}a.gz: .*ECONNREFUSED`));
    await expect(attempt).rejects.toMatchObject({
      fix: expect.stringMatching(/with --data, or --data strokes/),
    });
  });

  it('asks no further mirror once the time for all files is over', async () => {
    const slow = await mirror(silent);
    const good = await mirror(serve);
    const attempt = downloadFiles(files, {
      mirrors: [slow.address, good.address],
      folder,
      limits: { totalSeconds: 0.3, stallSeconds: 20 },
    });
    await expect(attempt).rejects.toThrow('all files together took longer than 0.3 s');
    expect(good.requests).toEqual([]);
  });

  it('stops on abort, before and within', async () => {
    const slow = await mirror(silent);
    const stopping = new AbortController();
    const options = { mirrors: [slow.address], folder, limits, signal: stopping.signal };
    const within = downloadFiles(files, { ...options, onProgress: () => stopping.abort() });
    await expect(within).rejects.toMatchObject({ code: 'aborted' });
    await expect(downloadFiles(files, options)).rejects.toMatchObject({ code: 'aborted' });
  });

  it('says where it could not write', async () => {
    const good = await mirror(serve);
    await writeFile(join(folder, 'file'), '');
    const attempt = downloadFiles(files, { mirrors: [good.address], folder: join(folder, 'file'), limits });
    await expect(attempt).rejects.toMatchObject({
      code: 'cannot_write',
      problem: expect.stringContaining(join(folder, 'file', 'a')),
      fix: expect.stringContaining('CLIPSTEP_CACHE'),
    });
  });

  it('leaves no half-written file when its name is taken', async () => {
    const good = await mirror(serve);
    await mkdir(join(folder, 'a', 'in the way'), { recursive: true });
    const attempt = downloadFiles(files, { mirrors: [good.address], folder, limits });
    await expect(attempt).rejects.toMatchObject({ code: 'cannot_write' });
    expect(await readdir(folder)).toEqual(['a']);
  });
});
