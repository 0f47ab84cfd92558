import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readdir } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import {
  makeServerFixture,
  type ServerFixture,
  startServer,
  type TestServer,
} from '../support/clip-server.js';
import { canListProcesses, processesNaming } from '../support/processes.js';
import { makeSlowFfmpeg, type SlowFfmpeg } from '../support/slow-ffmpeg.js';

let fixture: ServerFixture;
let ffmpeg: SlowFfmpeg;
beforeAll(async () => {
  fixture = await makeServerFixture();
  ffmpeg = await makeSlowFfmpeg(fixture.root);
  process.env.CLIPSTEP_FFMPEG = ffmpeg.path;
});
afterAll(() => fixture.remove());

let server: TestServer;
const start = async (
  ...options: Parameters<typeof startServer> extends [unknown, ...infer Rest] ? Rest : never
) => {
  server = await startServer(fixture, ...options);
};
afterEach(async () => {
  await ffmpeg.delay(0);
  await server.close();
  // Whatever happened, no body is left, and no program that reads it.
  expect(await readdir(fixture.temporaryFolder)).toEqual([]);
  if (canListProcesses) expect(processesNaming(fixture.temporaryFolder)).toEqual([]);
});

const LONG_SECONDS = 60;

function classify(init: RequestInit = {}) {
  return fetch(`${server.address}/v1/models/tiny/classify`, { method: 'POST', body: fixture.clip, ...init });
}

const outcomeOf = async (response: Response) => {
  const { error } = (await response.json()) as { error?: { code: string } };
  return [response.status, error?.code];
};

/** Resolves when ffmpeg reads so many bodies. */
const whenReading = (count: number) =>
  expect
    .poll(() => processesNaming(fixture.temporaryFolder).length, { timeout: 20_000 })
    .toBeGreaterThanOrEqual(count);

/** A connection that says what it is told to, and gathers what comes. */
async function dial(): Promise<{ socket: Socket; said: () => string; closed: Promise<unknown> }> {
  const socket = connect({ port: server.port, host: '127.0.0.1', allowHalfOpen: true });
  let said = '';
  socket.setEncoding('latin1').on('data', (text: string) => {
    said += text;
  });
  socket.on('error', () => {});
  const closed = once(socket, 'close');
  socket.on('end', () => socket.end());
  await once(socket, 'connect');
  return { socket, said: () => said, closed };
}

const head = (length: number) =>
  [
    'POST /v1/models/tiny/classify HTTP/1.1',
    `Host: 127.0.0.1:${server.port}`,
    `Content-Length: ${length}`,
    '\r\n',
  ].join('\r\n');

describe('a body that is too large', () => {
  it('is refused before it is read where its length is said, and while it comes where it is not', async () => {
    await start({ limits: { bodyBytes: 1000 } });
    expect(await outcomeOf(await classify())).toEqual([413, 'too_large']);
    let pieces = 0;
    const endless = new ReadableStream({
      pull: (controller) => {
        pieces += 1;
        controller.enqueue(new Uint8Array(500));
      },
    });
    const { socket, said, closed } = await dial();
    socket.write(head(0).replace('Content-Length: 0', 'Transfer-Encoding: chunked'));
    for await (const piece of endless) {
      socket.write(`${piece.length.toString(16)}\r\n`);
      socket.write(piece);
      socket.write('\r\n');
      if (said() !== '') break;
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    expect(said()).toMatch(/^HTTP\/1.1 413 /);
    expect(pieces).toBeGreaterThan(2);
    socket.destroy();
    await closed;
  });
});

describe('a client that is slow', () => {
  it('is given up when its body hardly comes, whatever came before', async () => {
    await start({ limits: { uploadBytesPerSecond: 1000, uploadWindowSeconds: 0.5 } });
    const { socket, said, closed } = await dial();
    socket.write(head(1e6));
    socket.write(Buffer.alloc(100_000));
    await expect.poll(said, { timeout: 10_000 }).toMatch(/^HTTP\/1.1 408 [\s\S]*too_slow/);
    await closed;
  });

  it('is given up when its headers do not end', async () => {
    await start({ listening: { headerSeconds: 1 } });
    const { socket, said, closed } = await dial();
    socket.write('GET /v1/models HTTP/1.1\r\nHost: 127');
    await expect.poll(said, { timeout: 10_000 }).toMatch(/^HTTP\/1.1 408 /);
    await closed;
  });

  it('is given up when it says nothing at all', async () => {
    await start({ listening: { headerSeconds: 1 } });
    const { closed } = await dial();
    await closed;
  });
});

describe('connections', () => {
  it('are not more than asked for', async () => {
    await start({ listening: { connections: 2 } });
    const kept = [await dial(), await dial()];
    const { closed } = await dial();
    await closed;
    for (const { socket } of kept) socket.destroy();
  });
});

describe('more requests than there is room for', () => {
  it('are told at once to come again, the others are answered', async () => {
    await start({ limits: { atOnce: 1, waiting: 1, perClient: 10 } });
    await ffmpeg.delay(3);
    const first = classify();
    await whenReading(1);
    const second = classify();
    await expect
      .poll(async () => (await fetch(`${server.address}/metrics`)).text())
      .toMatch(/^clipstep_requests_admitted 2$/m);
    const third = await classify();
    expect(third.headers.get('retry-after')).toBe('1');
    expect(await outcomeOf(third)).toEqual([503, 'busy']);
    expect([(await first).status, (await second).status]).toEqual([200, 200]);
    expect((await classify()).status).toBe(200);
  });

  it('of one client are no more than its share', async () => {
    await start({ limits: { atOnce: 1, waiting: 9, perClient: 1 } });
    await ffmpeg.delay(3);
    const first = classify();
    await whenReading(1);
    const second = await classify();
    expect(second.headers.get('retry-after')).toBe('1');
    expect(await outcomeOf(second)).toEqual([429, 'too_many_requests']);
    expect((await first).status).toBe(200);
  });
});

describe('many requests at once', () => {
  it('are taken without a warning of Node.js', async () => {
    const warnings: Error[] = [];
    const note = (warning: Error) => warnings.push(warning);
    process.on('warning', note);
    await start({ limits: { perClient: 20, waiting: 20 } });
    const answers = await Promise.all(Array.from({ length: 15 }, () => classify()));
    process.off('warning', note);
    expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 15 }, () => 200));
    expect(warnings).toEqual([]);
  });
});

describe.skipIf(!canListProcesses)('ffmpeg ends', () => {
  it('when the client goes away, and whoever waits has their turn', async () => {
    await start({ limits: { atOnce: 1 } });
    await ffmpeg.delay(LONG_SECONDS);
    const leaving = new AbortController();
    const left = classify({ signal: leaving.signal });
    await whenReading(1);
    await ffmpeg.delay(0);
    const waiting = classify();
    leaving.abort();
    await expect(left).rejects.toThrow();
    expect((await waiting).status).toBe(200);
  });

  it('when the client closes its half of the connection', async () => {
    await start();
    await ffmpeg.delay(LONG_SECONDS);
    const { socket, closed } = await dial();
    socket.write(head(fixture.clip.length));
    socket.end(fixture.clip);
    await closed;
    await expect.poll(() => processesNaming(fixture.temporaryFolder)).toEqual([]);
  });

  it('when a request takes longer than it may', async () => {
    await start({ limits: { answerSeconds: 2 } });
    await ffmpeg.delay(LONG_SECONDS);
    expect(await outcomeOf(await classify())).toEqual([422, 'timeout']);
  });
});

describe('a body that breaks off', () => {
  it('is gone, and its place is free', async () => {
    await start({ limits: { atOnce: 1, waiting: 0 } });
    const { socket, closed } = await dial();
    socket.write(head(1e6));
    socket.write(Buffer.alloc(1000));
    await expect
      .poll(async () => (await fetch(`${server.address}/metrics`)).text())
      .toMatch(/^clipstep_requests_admitted 1$/m);
    socket.destroy();
    await closed;
    await expect.poll(async () => (await classify()).status).toBe(200);
  });
});

describe('a server that is stopped', () => {
  it('gives the answers under way, and takes no more requests', async () => {
    await start();
    await ffmpeg.delay(2);
    const answer = classify();
    await whenReading(1);
    const closed = server.close({ graceSeconds: 30 });
    expect((await answer).status).toBe(200);
    await closed;
    await expect(classify()).rejects.toThrow();
  });

  it('ends what is under way after its time of grace', async () => {
    await start();
    await ffmpeg.delay(LONG_SECONDS);
    const answer = classify();
    await whenReading(1);
    await server.close({ graceSeconds: 0.2 });
    expect(await outcomeOf(await answer)).toEqual([503, 'stopping']);
  });
});

describe('a disk that is full', () => {
  it('is said to be so, and the server goes on when there is room', async (context) => {
    const disk = join(fixture.root, 'disk');
    await mkdir(disk);
    const mount = (options: string) =>
      promisify(execFile)('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', disk]);
    await mount('size=4k').catch(() => context.skip('a small disk cannot be mounted here'));
    try {
      const onDisk = { ...fixture, temporaryFolder: disk };
      server = await startServer(onDisk);
      expect(await outcomeOf(await classify())).toEqual([507, 'cannot_write']);
      await mount('remount,size=4m');
      expect((await classify()).status).toBe(200);
      await server.close();
    } finally {
      await promisify(execFile)('umount', [disk]);
    }
  });
});
