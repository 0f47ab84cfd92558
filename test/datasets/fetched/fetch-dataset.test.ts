import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { PUBLISHED, type PublishedDataset } from '../../../src/datasets/fetched/catalogue.js';
import { fetchDataset } from '../../../src/datasets/fetched/fetch-dataset.js';
import { type Mirror, startMirror } from '../../support/mirror.js';
import { zipOf } from '../../support/zip.js';

const PLAIN = Buffer.from('To be, or not to be\n'.repeat(50));
const PACKED = { 'Greek.txt': Buffer.from('Adamou\n'), 'Czech.txt': Buffer.from('Abl\n'.repeat(100)) };
const ZIP = zipOf([
  { name: 'data/readme.md', content: Buffer.from('not wanted') },
  ...Object.entries(PACKED).map(([name, content]) => ({ name: `data/${name}`, content })),
]);
const LIMITS = { totalSeconds: 20, stallSeconds: 20 };

let folder: string;
const mirrors: Mirror[] = [];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'clipstep-fetch-'));
});
afterEach(async () => {
  for (const mirror of mirrors.splice(0)) mirror.close();
  await rm(folder, { recursive: true });
});

async function serverOf(answer: (name: string, response: ServerResponse) => void): Promise<Mirror> {
  const started = await startMirror(answer);
  mirrors.push(started);
  return started;
}

const serve = (name: string, response: ServerResponse) => {
  response.end(name === 'plain.txt' ? PLAIN : ZIP);
};

const fileOf = (name: string, content: Buffer) => ({
  name,
  byteLength: content.length,
  sha256: createHash('sha256').update(content).digest('hex'),
});

/** A dataset of a file and a zip at a server. */
function datasetAt(address: string): PublishedDataset {
  return {
    title: 'for tests',
    licence: 'public domain',
    sources: [
      { address: `${address}plain.txt`, files: [fileOf('plain.txt', PLAIN)] },
      {
        address: `${address}packed.zip`,
        zip: { mostBytes: 4000 },
        files: Object.entries(PACKED).map(([name, content]) => ({
          ...fileOf(name, content),
          entry: `data/${name}`,
        })),
      },
    ],
  };
}

describe('a published dataset', () => {
  it('comes as it is and out of zips, without what else is in these', async () => {
    const { address } = await serverOf(serve);
    const names = await fetchDataset(datasetAt(address), { folder: join(folder, 'new'), limits: LIMITS });
    expect(names).toEqual(['plain.txt', 'Greek.txt', 'Czech.txt']);
    expect((await readdir(join(folder, 'new'))).sort()).toEqual(['Czech.txt', 'Greek.txt', 'plain.txt']);
    expect(await readFile(join(folder, 'new', 'Czech.txt'))).toEqual(PACKED['Czech.txt']);
  });

  it('is asked for what is missing alone', async () => {
    const server = await serverOf(serve);
    const dataset = datasetAt(server.address);
    await fetchDataset(dataset, { folder, limits: LIMITS });
    await rm(join(folder, 'plain.txt'));
    await fetchDataset(dataset, { folder, limits: LIMITS });
    expect(server.requests).toEqual(['plain.txt', 'packed.zip', 'plain.txt']);
  });

  it('comes from a mirror under the same names', async () => {
    const { address } = await serverOf(serve);
    const mirror = address;
    const dataset = datasetAt('https://nowhere.invalid/deep/down/');
    expect(await fetchDataset(dataset, { folder, mirror, limits: LIMITS })).toHaveLength(3);
  });

  it('never takes the place of another file', async () => {
    const server = await serverOf(serve);
    await writeFile(join(folder, 'Greek.txt'), 'my own');
    await expect(fetchDataset(datasetAt(server.address), { folder, limits: LIMITS })).rejects.toMatchObject({
      code: 'usage',
      problem: expect.stringContaining('Greek.txt exists already'),
    });
    expect(server.requests).toEqual([]);
    expect(await readFile(join(folder, 'Greek.txt'), 'utf8')).toBe('my own');
  });
});

describe('what a server does wrong', () => {
  const half = ZIP.subarray(0, ZIP.length / 2);
  const claimed = zipOf([{ name: 'data/Greek.txt', content: Buffer.alloc(7), claimedSize: 10 ** 9 }]);
  const other = zipOf(
    Object.entries(PACKED).map(([name, { length }]) => ({
      name: `data/${name}`,
      content: Buffer.alloc(length),
    })),
  );

  it.each<[string, (response: ServerResponse) => void, RegExp]>([
    ['it refuses', (response) => void response.writeHead(404).end(), /answered 404 Not Found/],
    [
      'it sends a page',
      (response) => void response.setHeader('content-type', 'text/html').end('<html>'),
      /sent a web page/,
    ],
    ['it sends half of a zip', (response) => void response.end(half), /a zip that cannot be used/],
    [
      'it sends a zip without the files',
      (response) => void response.end(zipOf([])),
      /a zip without data\/Greek\.txt/,
    ],
    ['it sends other files', (response) => void response.end(other), /Greek\.txt: it sent a file of sha256 /],
    ['it sends a bomb', (response) => void response.end(claimed), /has 1000000000 bytes, expected 7/],
    ['it sends too much', (response) => void response.end(Buffer.alloc(5000)), /more than 4000 bytes/],
    ['it hangs up', (response) => void response.destroy(), /packed\.zip could not be fetched/],
  ])('is told: %s; whole files stay, and nothing else', async (_, answer, words) => {
    const { address } = await serverOf((name, response) =>
      name === 'plain.txt' ? serve(name, response) : answer(response),
    );
    await expect(fetchDataset(datasetAt(address), { folder, limits: LIMITS })).rejects.toMatchObject({
      code: 'download_failed',
      problem: expect.stringMatching(words),
      fix: expect.stringContaining('--mirror'),
    });
    expect(await readdir(folder)).toEqual(['plain.txt']);
  });

  it('is told: it falls silent, or takes too long', async () => {
    const { address } = await serverOf((_, response) => void response.writeHead(200).write('x'));
    const dataset = datasetAt(address);
    const silent = fetchDataset(dataset, { folder, limits: { totalSeconds: 20, stallSeconds: 0.2 } });
    await expect(silent).rejects.toThrow('it sent nothing for 0.2 s');
    const slow = fetchDataset(dataset, { folder, limits: { totalSeconds: 0.2, stallSeconds: 20 } });
    await expect(slow).rejects.toThrow('it took longer than 0.2 s');
  });

  it('ends with the signal', async () => {
    const stopping = new AbortController();
    const { address } = await serverOf((_, response) => {
      response.writeHead(200).write('x');
      stopping.abort();
    });
    const { signal } = stopping;
    await expect(fetchDataset(datasetAt(address), { folder, signal, limits: LIMITS })).rejects.toMatchObject({
      code: 'aborted',
    });
  });

  it('is no excuse for a folder that cannot be written', async () => {
    const { address } = await serverOf(serve);
    await writeFile(join(folder, 'file'), '');
    const blocked = fetchDataset(datasetAt(address), { folder: join(folder, 'file'), limits: LIMITS });
    await expect(blocked).rejects.toMatchObject({ code: 'cannot_write' });
  });
});

describe('the catalogue', () => {
  it.each(Object.entries<PublishedDataset>(PUBLISHED))(
    'says of %s what it is, its licence and its files',
    (_, dataset) => {
      const { title, licence, sources } = dataset;
      expect(title.length * licence.length).toBeGreaterThan(0);
      for (const { address, files, zip } of sources) {
        expect(new URL(address).protocol).toBe('https:');
        expect(files.every(({ sha256 }) => /^[0-9a-f]{64}$/.test(sha256))).toBe(true);
        expect(files.every(({ entry }) => (entry !== undefined) === (zip !== undefined))).toBe(true);
      }
    },
  );
});
