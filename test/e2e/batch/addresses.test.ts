import { createReadStream } from 'node:fs';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { clipstep } from '../../support/cli.js';
import { rowsOf, useBatchFixture } from './fixture.js';

const { fixture, batch } = useBatchFixture();

/** A server of the fixture's files, such as /one.mp4, and what it was asked for. */
const asked: string[] = [];
let server: Server;
let base: string;
beforeAll(async () => {
  server = createServer((request, response) => {
    asked.push(request.url!);
    const [path] = request.url!.split('?');
    createReadStream(join(fixture.root, path!))
      .on('error', () => response.writeHead(404).end())
      .pipe(response);
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

describe('clips at addresses', () => {
  it('are classified as the files that they are, named without what is secret, and not fetched again', async () => {
    const manifest = join(fixture.root, 'addresses.csv');
    const out = join(fixture.root, 'addresses.jsonl');
    const rows = [
      'path,start,end,label',
      'three.avi,0,0.5,up',
      `${base}/three.avi?key=secret,0,0.5,up`,
      `${base}/three.avi?key=secret,0.5,,up`,
      `${base}/one.mp4?key=secret,,,down`,
      `${base}/broken.mp4?key=secret,,,`,
      `${base}/missing.mp4?key=secret,,,`,
    ];
    await writeFile(manifest, rows.join('\n'));
    const first = await batch(manifest, ['--out', out, '--allow-private', '--jobs', '1']);
    expect(first.code).toBe(3);
    const [file, part, other, whole, broken, missing] = await rowsOf(out);
    expect(part).toMatchObject({
      id: `${base}/three.avi#0-0.5`,
      path: `${base}/three.avi`,
      truth: 'up',
      sha256: file!.sha256,
      probability: file!.probability,
    });
    expect(other!.sha256).toBe(file!.sha256);
    expect(whole).toMatchObject({ id: `${base}/one.mp4`, frames: 3 });
    expect(broken!.error).toMatchObject({
      code: 'corrupt',
      message: expect.stringContaining(`${base}/broken.mp4`),
    });
    expect(missing!.error).toMatchObject({
      code: 'download_failed',
      message: expect.stringContaining('answered 404'),
    });
    expect(await readFile(out, 'utf8')).not.toContain('secret');
    // Two parts of one recording follow each other.
    expect(asked.filter((path) => path.startsWith('/three.avi'))).toHaveLength(1);
    expect((await readdir(fixture.root)).filter((name) => name.includes('scratch'))).toEqual([]);
    const count = asked.length;
    const again = await batch(manifest, ['--out', out, '--allow-private']);
    expect(again.stdout).toContain('5 kept from before');
    expect(asked.slice(count)).toEqual(['/missing.mp4?key=secret']);
  });

  it('are refused where they are of this machine, unless that is allowed', async () => {
    const manifest = join(fixture.root, 'private.csv');
    const out = join(fixture.root, 'private.jsonl');
    await writeFile(manifest, `path\n${base}/one.mp4\n${base.replace('127.0.0.1', 'localhost')}/one.mp4\n`);
    await batch(manifest, ['--out', out]);
    const rows = await rowsOf(out);
    expect(rows.map(({ error }) => error.code)).toEqual(['refused', 'refused']);
    expect(rows[1]!.error.message).toMatch(/localhost is at .*, a private address/);
    const { stderr } = await clipstep(['classify', `${base}/one.mp4?key=secret`, '--model', fixture.model]);
    expect(stderr).not.toContain('secret');
  });

  it('are taken by classify, too', async () => {
    const { code, stdout } = await clipstep([
      ...['classify', `${base}/one.mp4?key=secret`, join(fixture.root, 'one.mp4')],
      ...['--model', fixture.model, '--json', '--allow-private'],
    ]);
    expect(code).toBe(0);
    const [fetched, file] = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(fetched.input ?? fetched.path).toBe(`${base}/one.mp4`);
    expect(fetched.probability).toBe(file.probability);
    const small = ['classify', `${base}/one.mp4`, '--model', fixture.model, '--allow-private'];
    const large = await clipstep([...small, '--max-download', '0.001']);
    expect(large.code).toBe(1);
    expect(large.stdout + large.stderr).toContain('--max-download');
  });
});
